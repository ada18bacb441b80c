"""Every form of plot, drawn from real small files, and what stands in the picture."""

import itertools
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Text

from neurostudio.core.errors import NeuroError
from neurostudio.core.kinds import Plot
from neurostudio.report import ReportArtifact, ReportCurve, style
from neurostudio.report.figures import as_bytes, draw, draw_curves, draw_with_caption
from neurostudio.report.label_places import pushed_apart

Maker = Callable[..., ReportArtifact]


def drawn(artifact: ReportArtifact) -> Figure:
    figure = draw(artifact)
    assert figure is not None
    assert as_bytes(figure, ".svg", {"run": "r"})  # layout and text work without a warning
    return figure


def gids(figure: Figure, start: str) -> list[Any]:
    return figure.findobj(lambda artist: str(artist.get_gid() or "").startswith(start))


def words(figure: Figure) -> set[str]:
    return {text.get_text() for text in figure.findobj(Text)}


def test_an_artifact_without_a_plot_gives_no_figure(table_artifact: Maker) -> None:
    assert draw(table_artifact({"a": [1]})) is None


def test_lines_have_captions_bands_and_named_baselines(table_artifact: Maker) -> None:
    plot = Plot(
        "line",
        x="t",
        y=("snn", "converted"),
        x_label="Time step",
        y_label="Accuracy",
        baselines={"ANN": 0.9, "chance": 0.5},
        error={"snn": "sd"},
    )
    figure = drawn(
        table_artifact({"t": [1, 2, 3], "snn": [0.5, 0.6, 0.7], "converted": [0.4, 0.5, 0.6], "sd": [0.1, 0.1, 0.1]}, plot)
    )
    (axes,) = figure.axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Time step", "Accuracy")
    lines = gids(figure, "line-")
    assert [line.get_color() for line in lines] == list(style.CATEGORY_COLOURS[:2])
    np.testing.assert_allclose(lines[0].get_ydata(), [0.5, 0.6, 0.7])
    assert len(axes.collections) == 1  # one band
    assert [line.get_ydata()[0] for line in gids(figure, "baseline-")] == [0.9, 0.5]
    assert {"snn", "converted", "ANN", "chance"} <= words(figure)


def test_one_line_without_baseline_needs_no_name_beside_it(table_artifact: Maker) -> None:
    figure = drawn(table_artifact({"t": [1, 2], "only": [3.0, 4.0]}, Plot("line", x="t", y=("only",))))
    assert figure.axes[0].get_ylabel() == "only"
    assert len([text for text in words(figure) if text == "only"]) == 1


def test_more_than_six_lines_go_to_further_panels(table_artifact: Maker) -> None:
    columns = {"t": [0, 1], **{f"c{number}": [number, number + 1] for number in range(8)}}
    figure = drawn(table_artifact(columns, Plot("line", x="t")))
    assert [len([line for line in axes.lines if str(line.get_gid()).startswith("line-")]) for axes in figure.axes] == [6, 2]


def test_lines_over_words_name_their_ticks_and_lines_of_arrays_work_too(table_artifact: Maker, array_artifact: Maker) -> None:
    figure = drawn(
        table_artifact({"attack": ["none", "swap", "drop"], "acc": [0.9, 0.5, 0.4]}, Plot("line", x="attack", y=("acc",)))
    )
    assert {"none", "swap", "drop"} <= words(figure)
    figure = drawn(array_artifact({"x": np.arange(5), "y": np.arange(5) ** 2}, Plot("line", x="x", y=("y",))))
    np.testing.assert_allclose(gids(figure, "line-")[0].get_ydata(), [0, 1, 4, 9, 16])


def test_bars_stand_side_by_side_for_each_category(table_artifact: Maker) -> None:
    plot = Plot("bars", x="layer", y=("ANN", "SNN"), x_label="Layer", y_label="Energy (µJ)", baselines={"budget": 50})
    figure = drawn(table_artifact({"layer": ["a", "b", "c"], "ANN": [60, 80, 100], "SNN": [5, 6, 8]}, plot))
    (axes,) = figure.axes
    assert [bar.get_height() for bar in axes.patches] == [60, 80, 100, 5, 6, 8]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["ANN", "SNN"]
    assert axes.get_ylabel() == "Energy (µJ)"
    assert len(gids(figure, "baseline-")) == 1
    assert {"a", "b", "c", "budget"} <= words(figure)


def test_stacked_bars_stand_on_each_other_and_below_zero_hang(table_artifact: Maker) -> None:
    plot = Plot("bars", x="x", y=("a", "b", "c"), stacked=True)
    figure = drawn(table_artifact({"x": ["p", "q"], "a": [1, 2], "b": [10, 20], "c": [-5, 5]}, plot))
    starts = [round(bar.get_y()) for bar in figure.axes[0].patches]
    assert starts == [0, 0, 1, 2, 0, 22]


def test_bars_with_long_names_lie_down_with_their_values(table_artifact: Maker) -> None:
    plot = Plot("bars", x="x", y=("y",), y_label="Share", error={"y": "sd"})
    figure = drawn(table_artifact({"x": ["a very long category name", "b"], "y": [1.5, 2.5], "sd": [0.1, 0.2]}, plot))
    assert [bar.get_width() for bar in figure.axes[0].patches] == [1.5, 2.5]
    assert figure.axes[0].get_xlabel() == "Share"


def test_too_many_categories_are_cut_and_the_caption_says_so(table_artifact: Maker) -> None:
    artifact = table_artifact({"x": list(range(100)), "y": list(range(100))}, Plot("bars", x="x", y=("y",), caption="Many."))
    drawing = draw_with_caption(artifact)
    assert drawing is not None
    assert drawing.caption == "Many. The first 40 of 100 categories are drawn."
    assert len(drawing.figure.axes[0].patches) == 40


def test_a_confusion_matrix_has_its_counts_in_the_cells(table_artifact: Maker) -> None:
    plot = Plot("heatmap", x_label="Predicted", y_label="True")
    figure = drawn(table_artifact({"": ["neg", "pos"], "neg": [402, 139], "pos": [126, 1399]}, plot))
    (axes,) = figure.axes
    np.testing.assert_array_equal(axes.images[0].get_array(), [[402, 126], [139, 1399]])
    assert axes.images[0].get_clim() == (0, 1399)
    assert {"402", "126", "139", "1,399", "neg", "pos", "Predicted", "True"} <= words(figure)


def test_a_signed_array_is_coloured_about_zero_and_has_a_colour_bar(array_artifact: Maker) -> None:
    figure = drawn(array_artifact({"m": np.linspace(-1, 3, 20 * 30).reshape(20, 30)}, Plot("heatmap", y=("m",), x_label="Word")))
    image = figure.axes[0].images[0]
    assert image.get_clim() == (-3, 3)
    assert image.get_cmap().name == style.SIGNED_MAP
    assert len(figure.axes) == 2
    assert figure.axes[0].get_xlabel() == "Word"


def test_an_empty_cell_is_a_dash(table_artifact: Maker) -> None:
    figure = drawn(table_artifact({"": ["a", "b"], "x": [0.5, ""], "y": [1, 2]}, Plot("heatmap")))
    assert "–" in words(figure)


def test_a_cloud_has_one_mark_for_each_row(table_artifact: Maker) -> None:
    plot = Plot("scatter", x="x", y=("a", "b"), x_label="x (ms)", baselines={"zero": 0.0}, error={"a": "sd"})
    figure = drawn(table_artifact({"x": [1, 2, 3], "a": [1, 4, 9], "b": [2, 3, 4], "sd": [0.1, 0.1, 0.1]}, plot))
    np.testing.assert_allclose(figure.axes[0].collections[0].get_offsets(), [[1, 1], [2, 4], [3, 9]])
    assert figure.axes[0].get_xlabel() == "x (ms)"
    assert len(gids(figure, "baseline-")) == 1


def test_a_histogram_counts_every_finite_value(array_artifact: Maker) -> None:
    values = np.array([1.0, 1.1, 2.0, 5.0, np.nan, np.inf])
    drawing = draw_with_caption(
        array_artifact({"rate": values}, Plot("histogram", y=("rate",), x_label="Rate (Hz)", baselines={"target": 2}))
    )
    assert drawing is not None
    (steps,) = drawing.figure.axes[0].patches
    assert steps.get_data().values.sum() == 4
    assert drawing.figure.axes[0].get_ylabel() == "Count"
    assert drawing.caption == "2 values that are not finite numbers are left out."
    assert "target" in words(drawing.figure)


@pytest.mark.parametrize("groups", [["a", "a", "b"], ["a", "b"]], ids=["for each spike", "for each unit"])
def test_a_raster_has_every_spike_and_colours_groups(array_artifact: Maker, groups: list[str]) -> None:
    arrays = {"times": np.array([0, 3, 5]), "units": np.array([0, 0, 1]), "groups": np.array(groups)}
    figure = drawn(array_artifact(arrays, Plot("raster", x_label="Time step", y_label="Neuron"), "spikes"))
    spikes = gids(figure, "spikes-")
    assert [list(line.get_xdata()) for line in spikes] == [[0, 3], [5]]
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["a", "b"]
    assert (figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()) == ("Time step", "Neuron")


def test_numbers_of_groups_are_named_by_the_names_beside_them(array_artifact: Maker) -> None:
    arrays = {
        "times": np.array([0, 3]),
        "units": np.array([0, 1]),
        "groups": np.array([0, 1]),
        "group_names": np.array(["conv", "pool"]),
    }
    figure = drawn(array_artifact(arrays, Plot("raster"), "spikes"))
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["conv", "pool"]


def test_a_silent_raster_says_that_no_unit_fired(array_artifact: Maker) -> None:
    drawing = draw_with_caption(array_artifact({"times": np.empty(0), "units": np.empty(0)}, Plot("raster"), "spikes"))
    assert drawing is not None
    assert drawing.caption == "No unit fired."


def test_traces_stand_in_panels_and_long_ones_keep_their_peaks(array_artifact: Maker) -> None:
    long = np.zeros(50_000)
    long[31_337] = 7.0
    plot = Plot("traces", y=("membrane", "input"), x_label="Time step", y_label="mV", baselines={"threshold": 1.0})
    drawing = draw_with_caption(array_artifact({"membrane": np.tile(long, (9, 1)), "input": long}, plot))
    assert drawing is not None
    assert len(drawing.figure.axes) == 4
    assert drawing.caption == "3 of 9 traces of membrane are drawn."
    trace = gids(drawing.figure, "trace-0")[0]
    assert len(trace.get_ydata()) < 5_000
    assert max(trace.get_ydata()) == 7.0
    assert len(gids(drawing.figure, "baseline-0")) == 4
    assert "threshold" in words(drawing.figure)


@pytest.mark.parametrize(
    ("plot", "message"),
    [
        (Plot("line", x="t", y=("nope",)), "There is no column 'nope'. There are: t, word"),
        (Plot("line", x="t", y=("word",)), "Column 'word' holds 'a' in row 1"),
        (Plot("heatmap", y=("nope",)), "no column 'nope'"),
        (Plot("spiral"), "'spiral' is not a form of figure"),  # type: ignore[arg-type]
    ],
)
def test_a_plot_that_does_not_fit_its_table_is_one_sentence(table_artifact: Maker, plot: Plot, message: str) -> None:
    with pytest.raises(NeuroError, match=message):
        draw(table_artifact({"t": [1, 2], "word": ["a", "b"]}, plot))


@pytest.mark.parametrize(
    ("arrays", "plot", "message"),
    [
        ({"times": np.arange(3)}, Plot("raster"), "There is no array 'units'"),
        ({"times": np.arange(3), "units": np.arange(2)}, Plot("raster"), "'times' holds 3 values and 'units' 2"),
        ({"times": np.arange(3), "units": np.arange(3), "groups": np.arange(2)}, Plot("raster"), "'groups' holds 2 names"),
        ({"v": np.zeros((2, 2, 2))}, Plot("traces", y=("v",)), "'v' has 3 axes"),
        ({"v": np.zeros(4), "t": np.zeros(3)}, Plot("traces", x="t", y=("v",)), "'v' holds 4 values and 't' 3"),
        ({"v": np.zeros(4)}, Plot("heatmap", y=("v",)), "There is no 2D array 'v'"),
        ({"v": np.zeros(4), "x": np.zeros(3)}, Plot("line", x="x", y=("v",)), "does not fit 'x' of 3 values"),
        ({"v": np.full(3, np.nan)}, Plot("histogram", y=("v",)), "no numbers to count"),
    ],
)
def test_a_plot_that_does_not_fit_its_arrays_is_one_sentence(
    array_artifact: Maker, arrays: dict[str, Any], plot: Plot, message: str
) -> None:
    with pytest.raises(NeuroError, match=message):
        draw(array_artifact(arrays, plot))


def test_hostile_and_chinese_names_are_drawn_as_they_are_or_as_squares(table_artifact: Maker) -> None:
    plot = Plot("line", x="t", y=("$\\frac{", "<b>", "类别"), x_label="时间 $x_{1", y_label="%s {0}")
    artifact = table_artifact({"t": [1, 2], "$\\frac{": [1, 2], "<b>": [2, 3], "类别": [3, 4]}, plot)
    drawing = draw_with_caption(artifact)
    assert drawing is not None
    assert as_bytes(drawing.figure, ".png", {})
    chinese = style.drawable("类别")
    assert {"$\\frac{", "<b>", chinese} <= words(drawing.figure)
    assert (chinese == "类别") is (style.cjk_font_file() is not None)
    assert ("□" in drawing.caption) is (style.cjk_font_file() is None)


def test_drawing_in_threads_leaves_the_global_style_alone(table_artifact: Maker) -> None:
    artifact = table_artifact({"t": [1, 2], "y": [1, 2]}, Plot("line", x="t", y=("y",)))
    before = dict(mpl.rcParams)
    expected = as_bytes(drawn(artifact), ".svg", {"run": "r"})
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(as_bytes(drawn(artifact), ".svg", {"run": "r"}))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 3
    assert dict(mpl.rcParams) == before


def curve(*values: float, steps: list[int | None] | None = None, unit: str = "") -> ReportCurve:
    return ReportCurve("train/loss", unit, steps or list(range(1, len(values) + 1)), values)


def test_curves_of_single_runs_are_named_at_their_ends() -> None:
    drawing = draw_curves({"first": curve(3, 2, 1, unit="nats"), "second": curve(4, 3, 2)})
    assert [list(line.get_ydata()) for line in gids(drawing.figure, "line-")] == [[3, 2, 1], [4, 3, 2]]
    assert {"first", "second", "train/loss (nats)", "Step"} <= words(drawing.figure)
    assert drawing.caption == ""


def test_runs_that_differ_by_seed_become_a_mean_with_a_band_and_the_caption_says_which() -> None:
    curves = {"a": curve(1, 2, 3), "b": curve(3, 4, 5), "c": curve(2, 3), "other": curve(9, 9, 9)}
    drawing = draw_curves(curves, {"a": "mr", "b": "mr", "c": "mr"})
    mean, other = gids(drawing.figure, "line-")
    assert list(mean.get_ydata()) == [2, 3]
    assert list(other.get_ydata()) == [9, 9, 9]
    assert len(drawing.figure.axes[0].collections) == 1
    assert (
        drawing.caption
        == "Lines: mean over seeds; bands: from the lowest to the highest run. mr: only steps that all 3 runs have."
    )
    assert "mr (n = 3)" in words(drawing.figure)


def test_more_than_six_curves_become_grey_with_their_mean() -> None:
    drawing = draw_curves({f"run {number}": curve(number, number + 2) for number in range(8)})
    assert list(gids(drawing.figure, "line-")[0].get_ydata()) == [3.5, 5.5]
    assert drawing.caption.startswith("Grey: 8 single curves")


def test_curves_without_steps_or_with_gaps_are_drawn() -> None:
    drawing = draw_curves({"a": curve(1, float("nan"), 3, steps=[None, None, None]), "b": curve(1, 2, steps=[5, 5])})
    first, second = gids(drawing.figure, "line-")
    assert list(first.get_xdata()) == [1, 2, 3]
    assert np.isnan(first.get_ydata()[1])
    assert list(second.get_ydata()) == [2]  # the later value of a step counts


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.floats(0.01, 0.3))
def test_labels_never_cover_each_other_and_keep_their_order(heights: list[float], gap: float) -> None:
    placed = pushed_apart(heights, gap)
    in_order = [placed[index] for index in sorted(range(len(heights)), key=lambda index: heights[index])]
    assert all(later - earlier >= gap - 1e-9 for earlier, later in itertools.pairwise(in_order))
    assert max(placed) <= max(1.0, gap * (len(placed) - 1)) + 1e-9


def test_the_colours_of_the_first_five_lines_stand_out_from_paper() -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for colour in style.CATEGORY_COLOURS[:5]:
        assert 1.05 / (luminance(colour) + 0.05) >= 3
    for colour in (style.TEXT, style.SECONDARY, style.ACCENT, style.PROBLEM):
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NeuroError, match=r"gone\.csv is missing"):
        draw(ReportArtifact("gone", "table", tmp_path / "gone.csv", plot=Plot("line", y=("a",))))
