"""Figures of volumes: what is drawn where, the same bytes every time, and tables of what lies above a threshold."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Text

from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.core.kinds import Plot
from neurostudio.report import ReportArtifact
from neurostudio.report.artifact_blocks import artifact_blocks
from neurostudio.report.blocks import Grid, Picture, Sentence
from neurostudio.report.figures import as_bytes, draw_seen, draw_with_caption
from neurostudio.report.plotted import plotted_numbers, write_csv
from neurostudio.report.volume_data import cut, first_layer, read_image, shown_box, voxels_above
from neurostudio.report.volume_look import LayerLook, VolumeLook, rgba

AFFINE = np.array([[-3.0, 0, 0, 30], [0, 3, 0, -36], [0, 0, 4, -20], [0, 0, 0, 1]])  # stored left to right mirrored
SHAPE = (20, 24, 12)
PEAK, DIP = (5, 12, 6), (14, 9, 3)
IDENTITY = {"run": "20260101-000000-fmri-glm-aaaaaa", "name": "first", "method": "fmri.glm", "program": "NeuroStudio 0"}

Maker = Callable[..., ReportArtifact]


def head() -> np.ndarray[Any, Any]:
    """A ball of bright voxels in the dark."""
    places = np.stack(np.indices(SHAPE), -1) - np.array([9.5, 11.5, 5.5])
    distance = np.linalg.norm(places * [3, 3, 4] / [28, 34, 22], axis=-1)
    return np.where(distance < 1, 800 - 300 * distance, 10).astype(np.float32)


def blobs() -> np.ndarray[Any, Any]:
    """A map with one warm and one cool blob, and a voxel without number."""
    values = np.zeros(SHAPE, np.float32)
    for centre, height in ((PEAK, 6.0), (DIP, -4.5)):
        offsets = np.stack(np.indices(SHAPE), -1) - np.array(centre)
        values += height * np.exp(-0.5 * (offsets**2).sum(-1) / 1.5**2).astype(np.float32)
    values[0, 0, 0] = np.nan
    return values


@pytest.fixture
def volume(tmp_path: Path) -> Maker:
    """``volume(values, plot, name)``: an artifact of kind volume; its anatomy lies beside it."""

    def write(name: str, values: np.ndarray[Any, Any], affine: np.ndarray[Any, Any], code: int) -> Path:
        image = nibabel.Nifti1Image(values, affine)
        image.set_sform(affine, code)
        image.set_qform(affine if code else None, code)
        path = tmp_path / f"{name}.nii.gz"
        nibabel.save(image, path)
        return path

    def make(
        values: np.ndarray[Any, Any], plot: Plot | None, name: str = "zmap", affine: np.ndarray[Any, Any] = AFFINE, code: int = 1
    ) -> ReportArtifact:
        write("mean-bold", head(), AFFINE, 1)
        return ReportArtifact(name, "volume", write(name, values, affine, code), name.capitalize(), plot=plot)

    return make


def drawn(artifact: ReportArtifact) -> tuple[Figure, str]:
    drawing = draw_with_caption(artifact)
    assert drawing is not None
    assert as_bytes(drawing.figure, ".svg", IDENTITY)
    return drawing.figure, drawing.caption


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text)]


ZMAP = Plot("slices", x="mean-bold", y_label="z", baselines={"threshold": 2.3}, caption="Faces against houses.")


def test_a_map_is_cut_where_it_is_strongest_and_says_so(volume: Maker) -> None:
    figure, caption = drawn(volume(blobs(), ZMAP))
    x, y, z = AFFINE[:3, :3] @ PEAK + AFFINE[:3, 3]
    for axis, value in zip("xyz", (x, y, z), strict=True):
        assert f"{axis} = {value:.0f} mm".replace("-", "−") in words(figure)
    assert caption.startswith("Faces against houses. ")
    n_above = int((np.abs(np.nan_to_num(blobs())) >= 2.3).sum())
    assert f"{n_above} of " in caption
    assert "1 voxels hold no number" in caption


def test_the_letters_follow_the_affine_not_the_order_in_memory(volume: Maker) -> None:
    figure, _ = drawn(volume(blobs(), ZMAP))
    coronal = figure.axes[1]
    letters = {
        text.get_gid(): text.get_position()[0] for text in coronal.findobj(Text) if str(text.get_gid()).startswith("side-")
    }
    assert letters["side-L"] < letters["side-R"]
    assert coronal.get_xlim()[0] < coronal.get_xlim()[1]


def test_flipping_data_and_affine_together_changes_no_pixel(volume: Maker) -> None:
    plain = volume(blobs(), ZMAP)
    one = as_bytes(drawn(plain)[0], ".png", IDENTITY)
    flip = np.diag([-1.0, 1, 1, 1])
    flip[0, 3] = SHAPE[0] - 1
    other = as_bytes(drawn(volume(blobs()[::-1].copy(), ZMAP, affine=AFFINE @ flip))[0], ".png", IDENTITY)
    assert one == other


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_the_same_map_gives_the_same_bytes_with_the_run_in_them(volume: Maker, suffix: str) -> None:
    first = as_bytes(drawn(volume(blobs(), ZMAP))[0], suffix, IDENTITY)
    assert first == as_bytes(drawn(volume(blobs(), ZMAP))[0], suffix, IDENTITY)
    assert IDENTITY["run"].encode() in first or suffix == ".pdf"


def test_without_an_orientation_the_sides_are_in_doubt(volume: Maker) -> None:
    figure, caption = drawn(volume(blobs(), Plot("slices"), code=0))
    assert "left and right are unknown" in caption
    assert "L?" in words(figure)


def test_a_map_somewhere_else_is_refused_with_both_boxes(volume: Maker) -> None:
    far = AFFINE.copy()
    far[:3, 3] += 900
    with pytest.raises(NeuroError, match="lies outside") as caught:
        drawn(volume(blobs(), ZMAP, affine=far))
    assert "872 to 932" in caught.value.why
    assert "-28 to 32" in caught.value.why


def test_each_volume_of_a_named_map_has_a_row(volume: Maker) -> None:
    stacked = np.stack([blobs(), blobs() * -0.4, blobs() * 0.1], -1)
    plot = replace(ZMAP, y=("faces", "houses", "words"))
    figure, caption = drawn(volume(stacked, plot))
    assert {"faces", "houses", "words"} <= set(words(figure))
    assert "words: no voxel reaches the threshold of 2.3" in caption


def test_a_label_image_names_its_regions(volume: Maker, tmp_path: Path) -> None:
    labels = np.zeros(SHAPE, np.int16)
    labels[4:9, 8:16, 4:8] = 3
    labels[11:16, 8:16, 4:8] = 7
    (tmp_path / "regions.csv").write_text("index,name\n3,auditory\n7,visual\n", encoding="utf-8")
    artifact = volume(labels, Plot("labels", x="mean-bold", y=("regions",)), "parcels")
    figure, _ = drawn(artifact)
    legend = [text.get_text() for axes in figure.axes if axes.get_legend() for text in axes.get_legend().get_texts()]
    assert sorted(legend) == ["auditory", "visual"]
    columns = plotted_numbers(artifact)
    assert list(columns["name"]) == ["auditory", "visual"]
    assert columns["voxels"] == [5 * 8 * 4, 5 * 8 * 4]


def test_the_table_of_a_map_holds_exactly_the_voxels_from_the_threshold_on(volume: Maker, tmp_path: Path) -> None:
    columns = plotted_numbers(volume(blobs(), ZMAP))
    write_csv(columns, tmp_path / "voxels.csv")
    with (tmp_path / "voxels.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    expected = np.argwhere(np.abs(np.nan_to_num(blobs())) >= 2.3)
    places = {tuple(np.round(AFFINE[:3, :3] @ voxel + AFFINE[:3, 3], 4)) for voxel in expected}
    assert {tuple(float(row[f"{axis} (mm)"]) for axis in "xyz") for row in rows} == places
    assert float(rows[0]["value"]) == pytest.approx(6.0, rel=1e-3)
    peaks = [row for row in rows if row["peak"] == "1"]
    assert [round(float(row["value"]), 1) for row in peaks] == [6.0, -4.5]


def test_a_report_shows_the_map_and_folds_its_peaks(volume: Maker) -> None:
    picture, peaks = artifact_blocks(volume(blobs(), ZMAP), IDENTITY)
    assert isinstance(picture, Picture)
    assert picture.caption.startswith("Faces")
    assert isinstance(peaks, Grid)
    assert peaks.folded
    assert len(peaks.rows) == 2


def test_a_series_over_time_is_named_and_not_drawn(volume: Maker) -> None:
    series = np.repeat(blobs()[..., None], 5, -1)
    (sentence,) = artifact_blocks(volume(series, Plot("slices", x="mean-bold"), "fitted"), IDENTITY)
    assert isinstance(sentence, Sentence)
    assert "a series of 5 volumes" in sentence.text


def test_a_damaged_map_becomes_a_sentence(volume: Maker) -> None:
    artifact = volume(blobs(), ZMAP)
    content = bytearray(artifact.path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    artifact.path.write_bytes(content)
    (sentence,) = artifact_blocks(artifact, IDENTITY)
    assert isinstance(sentence, Sentence)
    assert sentence.tone == "problem"


@pytest.mark.parametrize("form", ["slices", "mosaic", "glass"])
@pytest.mark.parametrize("is_radiological", [False, True])
def test_what_a_viewer_shows_can_be_drawn_again(volume: Maker, form: str, is_radiological: bool) -> None:
    artifact = volume(blobs(), ZMAP)
    images = {"zmap": read_image(artifact.path), "under": read_image(artifact.path.with_name("mean-bold.nii.gz"))}
    layers = (first_layer(images["under"], "under", "anatomy"), first_layer(images["zmap"], "zmap", "map", 2.3, unit="z"))
    look = VolumeLook(form, (12.0, 0.0, 4.0), is_radiological=is_radiological, layers=layers, cuts=8)  # type: ignore[arg-type]
    figure = draw_seen(look, images, "Seen", IDENTITY)
    assert as_bytes(figure, ".png", IDENTITY).startswith(b"\x89PNG")
    if form == "slices":
        assert {"x = 12 mm", "y = 0 mm", "z = 4 mm"} <= set(words(figure))
        left, right = (float(end) for end in figure.axes[2].get_xlim())
        assert (left > right) is is_radiological
    assert any(IDENTITY["run"] in text for text in words(figure))


def test_a_look_survives_its_json_and_refuses_what_cannot_be() -> None:
    state = {"form": "mosaic", "mm": [1, 2, 3], "time": 4, "layers": [{"origin": "zmap", "kind": "map", "look": {"high": 3.5}}]}
    look = VolumeLook.from_state(state)
    assert (look.form, look.cursor_mm, look.time, look.layers[0].name, look.layers[0].high) == (
        "mosaic",
        (1, 2, 3),
        4,
        "zmap",
        3.5,
    )
    for broken in (
        {"form": "cube"},
        {"mm": [1, 2]},
        {"mm": [1, 2, "three"]},
        {"layers": [7]},
        {"layers": [{"look": {"high": "x"}}]},
    ):
        with pytest.raises(RequestError):
            VolumeLook.from_state(broken)


@given(st.floats(-8, 8), st.floats(0.1, 5), st.sampled_from(["warm", "signed", "viridis"]))
def test_exactly_what_reaches_the_threshold_is_painted(value: float, threshold: float, name: str) -> None:
    layer = LayerLook("m", "map", name, "cool" if name == "warm" else "", low=threshold, high=9.0, threshold=threshold)
    alpha = rgba(np.array([value, np.nan], np.float32), layer)[:, 3]
    reaches = np.float32(value) >= threshold or (layer.is_two_sided and np.float32(value) <= -threshold)
    assert alpha.tolist() == [float(reaches), 0.0]


def test_cuts_ask_the_image_in_millimetres(volume: Maker) -> None:
    image = read_image(volume(blobs(), ZMAP).path)
    peak = AFFINE[:3, :3] @ PEAK + AFFINE[:3, 3]
    for axis in range(3):
        sheet = cut(image, axis, float(peak[axis]), image.grid.box_mm, 1.0)
        assert np.nanmax(sheet.values) == pytest.approx(6.0, rel=0.05)
    table = voxels_above(image, threshold=5.9)
    assert table.mm.tolist() == [peak.tolist()]
    anatomy = read_image(image.path.with_name("mean-bold.nii.gz"))
    box = shown_box(anatomy)
    whole = anatomy.grid.box_mm
    assert (box[0] >= whole[0]).all()
    assert (box[1] <= whole[1]).all()
