"""Reading artifacts: numbers as they are in the file, and every broken file one sentence."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neurostudio.core.errors import NeuroError
from neurostudio.core.kinds import Plot
from neurostudio.gui.views.array_data import Slice, first_slice, is_traces, lines_of, load_arrays, thinned
from neurostudio.gui.views.column_data import bar_edges, load_columns
from neurostudio.gui.views.confusion_data import load_cells
from neurostudio.gui.views.source import ArtifactSource
from neurostudio.gui.views.spike_data import load_spikes
from neurostudio.gui.views.table_data import TableData, load_json_lines, load_table
from neurostudio.gui.views.text_data import load_text, split_front_matter

MakeSource = Callable[..., ArtifactSource]
SAME_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
LOADERS = {
    "table.csv": (load_table, load_cells, load_columns),
    "array.npz": (load_arrays, load_spikes, load_columns),
    "array.npy": (load_arrays,),
    "lines.jsonl": (load_text,),
    "page.md": (load_text,),
}


@SAME_FOLDER
@given(st.sampled_from(sorted(LOADERS)), st.binary(max_size=300))
def test_whatever_bytes_a_file_holds_it_is_read_or_one_sentence(make_source: MakeSource, file: str, content: bytes) -> None:
    kind = "table" if file.endswith(".csv") else "array"
    for load in LOADERS[file]:
        said = "read"
        try:
            load(make_source(kind, file, content))
        except NeuroError as error:
            said = str(error)
        assert said


@pytest.mark.parametrize("file", sorted(LOADERS))
def test_a_missing_file_is_named(make_source: MakeSource, file: str) -> None:
    for load in LOADERS[file]:
        with pytest.raises(NeuroError, match=r"is missing from the run's folder|cannot be read"):
            load(make_source("table" if file.endswith(".csv") else "array", file))


def test_numbers_of_a_table_are_in_line_and_copied_with_all_digits() -> None:
    table = TableData(
        ("name", "share", "count", "tiny", "whole"),
        [("a", "0.123456789", "3", "1e-9", "202752.0"), ("b", "", "12", "0.5", "0.0"), ("c", "-2.5", "7", "2", "3.0")],
        3,
    )
    assert [table.shown(row, 1) for row in range(3)] == ["0.123", "", "−2.500"]
    assert [table.shown(row, 2) for row in range(3)] == ["3", "12", "7"]
    assert [table.shown(row, 3) for row in range(3)] == ["1\xa0×\xa010⁻⁹", "0.5", "2"]
    assert [table.shown(row, 4) for row in range(3)] == ["202,752", "0", "3"]
    assert table.as_tsv([0, 2], [0, 1]) == "name\tshare\na\t0.123456789\nc\t-2.5"


@given(
    st.lists(st.one_of(st.floats(allow_nan=False, allow_infinity=False).map(str), st.just("")), min_size=1, max_size=40),
    st.booleans(),
)
def test_numbers_sort_by_value_and_empty_cells_come_last(texts: list[str], descending: bool) -> None:
    order = TableData(("x",), [(text,) for text in texts], len(texts)).order(0, descending=descending)
    shown = [texts[row] for row in order]
    filled = [float(text) for text in shown if text]
    assert sorted(order) == list(range(len(texts)))
    assert filled == sorted(filled, reverse=descending)
    assert not any(shown[len(filled) :])


def test_json_lines_become_rows_with_a_column_for_each_key(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    rows = [{"a": 1, "b": [1, 2]}, {"a": "two", "c": None, "d": True}]
    file.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", encoding="utf-8")
    table = load_json_lines(file)
    assert table.columns == ("a", "b", "c", "d")
    assert list(table.rows) == [("1", "[1, 2]", "", ""), ("two", "", "", "yes")]
    file.write_text('{"a": 1}\n{"a": \n', encoding="utf-8")
    with pytest.raises(NeuroError, match="Line 2 is no JSON"):
        load_json_lines(file)


def test_lines_bands_and_bars_are_read_as_the_plot_names_them(make_source: MakeSource) -> None:
    csv = "t,a,a std,word\n1,0.5,0.1,x\n2,0.7,0.2,y\n"
    line = load_columns(make_source("table", "t.csv", csv, Plot("line", x="t", y=("a",), error={"a": "a std"})))
    assert (line.x.tolist(), line.y["a"].tolist(), line.spread["a"].tolist(), line.x_names) == (
        [1, 2],
        [0.5, 0.7],
        [0.1, 0.2],
        (),
    )
    bars = load_columns(make_source("table", "t.csv", csv, Plot("bars", x="word", y=("a", "t"), stacked=True)))
    assert bars.x_names == ("x", "y")
    edges = bar_edges(bars)
    assert edges["a"][3].tolist() == edges["t"][2].tolist() == [0.5, 0.7]
    assert bar_edges(bars, {"a"})["t"][2].tolist() == [0, 0]
    counted = load_columns(make_source("table", "t.csv", csv, Plot("histogram", y=("a",))))
    assert counted.counts is not None
    assert counted.counts.counts["a"].sum() == 2
    with pytest.raises(NeuroError, match="no column 'b'"):
        load_columns(make_source("table", "t.csv", csv, Plot("line", x="t", y=("b",))))


def test_a_confusion_matrix_is_told_from_other_tables_of_numbers(make_source: MakeSource) -> None:
    counts = load_cells(make_source("table", "c.csv", "true,a,b\na,3,1\nb,0,0\n", Plot("heatmap")))
    assert counts.is_confusion
    assert counts.shares.tolist() == [[0.75, 0.25], [0, 0]]
    assert counts.sentence(0, 1) == "1 of 4 (25.0 %) of true class a taken for b"
    assert counts.sentence(0, 0).endswith("rightly taken for a")
    other = load_cells(make_source("table", "r.csv", "roi,a,b\na,1,-0.5\nb,-0.5,1\n", Plot("heatmap")))
    assert not other.is_confusion
    assert other.scale.map_name == "signed"


def test_spikes_come_by_group_with_rates_membranes_and_thresholds(make_source: MakeSource) -> None:
    content = {
        "times": [1, 2, 2, 3],
        "units": [0, 1, 4, 3],
        "groups": [0, 0, 1, 1],
        "group_names": ["conv", "pool"],
        "thresholds": [1.5, 0.5],
        "membrane_conv": np.ones((4, 3)),
        "membrane_pool": np.zeros((4, 2)),
        "input_raster": np.arange(8).reshape(2, 4),
        "input_words": ["not", "good"],
    }
    data = load_spikes(make_source("spikes", "s.npz", content))
    conv, pool = data.groups
    assert (conv.first, conv.n_unit, conv.threshold, pool.first, pool.n_unit, data.n_unit) == (0, 3, 1.5, 3, 2, 5)
    assert (data.low, data.high, data.has_steps, data.bins.tolist()) == (1, 4, True, [1, 2, 3, 4])
    assert np.allclose(conv.rate, [1 / 3, 1 / 3, 0, 0])
    assert np.allclose(pool.rate, [0, 0.5, 0.5, 0])
    assert data.group_of(4) is pool
    assert data.input_words == ("not", "good")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"times": [1]}, "no array 'units'"),
        ({"times": [1, 2], "units": [1]}, "'times' holds 2 values and 'units' 1"),
        ({"times": [np.nan], "units": [1]}, "not finite"),
        ({"times": [1], "units": [1], "groups": [3], "group_names": ["a"]}, "goes up to 3"),
    ],
)
def test_spikes_that_do_not_fit_are_one_sentence(make_source: MakeSource, content: dict[str, object], message: str) -> None:
    with pytest.raises(NeuroError, match=message):
        load_spikes(make_source("spikes", "s.npz", content))


def test_spikes_without_any_and_with_plain_times_are_read(make_source: MakeSource) -> None:
    assert load_spikes(make_source("spikes", "s.npz", {"times": np.empty(0), "units": np.empty(0)})).n_spike == 0
    data = load_spikes(make_source("spikes", "t.npz", {"times": [0.5, 1.25], "units": [3, 9]}))
    assert (data.has_steps, data.n_unit, data.groups[0].rate.sum() * 7) == (False, 10, 2)


@given(st.lists(st.integers(1, 4), min_size=2, max_size=5), st.data())
def test_a_slice_is_what_indexing_gives(shape: list[int], data: st.DataObject) -> None:
    array = np.arange(np.prod(shape)).reshape(shape)
    row, column = data.draw(st.permutations(range(len(shape))))[:2]
    places = [data.draw(st.integers(0, size - 1)) for size in shape]
    part = Slice(row, column, tuple(places)).of(array)
    assert part.shape == (shape[row], shape[column])
    index = list(places)
    index[row], index[column] = shape[row] - 1, 0
    assert part[-1, 0] == array[tuple(index)]
    assert first_slice(array).of(array).shape == tuple(shape[-2:])


def test_arrays_are_told_apart_into_traces_and_images(make_source: MakeSource, tmp_path: Path) -> None:
    traces = load_arrays(
        make_source("array", "a.npz", {"yes": np.arange(4.0), "no": np.arange(4.0)}, Plot("traces", y=("no", "yes")))
    )
    assert list(lines_of(traces)) == ["no", "yes"]
    assert is_traces(traces)
    mixed = load_arrays(make_source("array", "b.npz", {"image": np.zeros((9, 9)), "names": np.array(["a"])}))
    assert not is_traces(mixed)
    assert mixed.left_out == ("names",)
    np.save(tmp_path / "c.npy", np.arange(6).reshape(2, 3))
    assert isinstance(load_arrays(make_source("array", "c.npy")).arrays["c"], np.memmap)
    np.save(tmp_path / "d.npy", np.array([{}]), allow_pickle=True)
    with pytest.raises(NeuroError, match=r"d\.npy cannot be read"):
        load_arrays(make_source("array", "d.npy"))
    large, every = thinned(np.zeros((5_000, 3_000)))
    assert every == 2
    assert large.shape == (2_500, 1_500)


@pytest.mark.parametrize(
    ("text", "front", "body"),
    [
        ("---\nlicense: mit\ntags: [a, b]\n---\n\n# Title", {"license": "mit", "tags": "a, b"}, "# Title"),
        ("# Title\n---\nnot: front\n---", {}, "# Title\n---\nnot: front\n---"),
        ("---\nbroken: [\n---\nText", {}, "---\nbroken: [\n---\nText"),
        ("---\nnever ended", {}, "---\nnever ended"),
    ],
)
def test_front_matter_stands_apart_where_there_is_one(text: str, front: dict[str, str], body: str) -> None:
    assert split_front_matter(text) == (front, body)
