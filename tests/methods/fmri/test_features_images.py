"""Features of pictures."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from neurostudio.core.errors import Cancelled, NeuroError, RequestError
from neurostudio.data import open_data
from neurostudio.data.readers.images import PictureFolder
from neurostudio.methods.fmri.features.gabor import GaborPyramid, grey_square
from neurostudio.methods.fmri.features.images import (
    has_pictures,
    picture_features,
    pictures_on_volumes,
    presentation_of_run,
)
from neurostudio.methods.fmri.features.spaces import RunClock
from neurostudio.methods.fmri.features.vision import load_vision_model
from neurostudio.methods.fmri.specs.encode import PictureSettings

CLOCK = RunClock("run-1", 40, 2.0)


def grating(cycles: float, degrees: float, size: int = 64, phase: float = 0.0) -> np.ndarray:
    y, x = np.mgrid[:size, :size] / size
    angle = np.deg2rad(degrees)
    return (0.5 + 0.5 * np.cos(2 * np.pi * cycles * (x * np.cos(angle) + y * np.sin(angle)) + phase)).astype(np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> PictureFolder:
    for name, cycles, degrees in (("wide", 2, 0), ("fine", 8, 0), ("turned", 8, 90)):
        values = (grating(cycles, degrees) * 255).astype(np.uint8)
        Image.fromarray(np.repeat(values[:, :, None], 3, axis=2)).save(tmp_path / f"{name}.png")
    return open_data(tmp_path, "images")


def table(folder: Path, rows: list[tuple[float, float, str]], column: str = "file") -> Path:
    path = folder / "shown.tsv"
    path.write_text(f"onset\tduration\t{column}\n" + "".join(f"{on}\t{dur}\t{name}\n" for on, dur, name in rows))
    return path


@pytest.mark.parametrize(("scale", "turn"), [(0, 0), (1, 2), (2, 1), (3, 3)])
def test_the_filter_of_its_scale_and_orientation_answers_most_to_a_grating(scale: int, turn: int) -> None:
    pyramid = GaborPyramid(64, 4, 4)
    energy = pyramid.energy(grating(pyramid.cycles(scale), pyramid.degrees(turn)))
    best = {
        name.rsplit("-r", 1)[0]: value for name, value in sorted(zip(pyramid.names, energy, strict=True), key=lambda one: one[1])
    }
    assert max(best, key=best.__getitem__) == f"{pyramid.cycles(scale)}c-{pyramid.degrees(turn):g}d"


def test_energy_does_not_depend_on_the_phase_or_the_brightness() -> None:
    pyramid = GaborPyramid(64, 3, 4)
    one = pyramid.energy(grating(4, 45))
    other = pyramid.energy(grating(4, 45, phase=1.3))
    own = [place for place, name in enumerate(pyramid.names) if name.startswith("4c-45d")]
    assert one[own].min() > 2
    np.testing.assert_allclose(one[own], other[own], rtol=0.05)
    np.testing.assert_allclose(pyramid.energy(0.3 * grating(4, 45)), pyramid.energy(0.3 * grating(4, 45) + 0.5), atol=1e-4)
    assert pyramid.energy(np.full((64, 64), 0.7, np.float32)).max() < 1e-3


def test_a_place_in_the_picture_has_its_own_features() -> None:
    half = grating(8, 0)
    half[:, 32:] = half.mean()
    pyramid = GaborPyramid(64, 3, 1)
    energy = dict(zip(pyramid.names, pyramid.energy(half), strict=True))
    assert energy["8c-0d-r2-c1"] > 3 * energy["8c-0d-r2-c4"]
    assert len(pyramid.names) == 1 + 4 + 16


def test_more_cycles_than_pixels_are_refused() -> None:
    with pytest.raises(RequestError, match="6 scales need 64 cycles a picture, and 64 pixels show 32"):
        GaborPyramid(64, 6, 4)


def test_the_middle_of_a_picture_that_is_no_square_is_taken() -> None:
    picture = np.zeros((10, 30, 3), np.uint8)
    picture[:, 10:20] = 255
    assert grey_square(picture, 8).min() > 0.99


def test_pictures_are_put_on_the_volumes_that_show_them(tmp_path: Path, folder: PictureFolder) -> None:
    rows = [(place * 6.0, 3.0, name) for place, name in enumerate(["wide.png", "fine", "n/a", "turned.png"] * 3)]
    shown = presentation_of_run(table(tmp_path, rows), CLOCK, folder)
    assert shown.names[:3] == ("wide.png", "fine.png", "turned.png")
    features, columns = picture_features(folder, folder.names, PictureSettings(scales=3), None)
    assert set(features) == set(folder.names)
    values = pictures_on_volumes(features, shown, CLOCK)
    assert values.shape == (40, len(columns) + 1)
    assert values[:6, -1].tolist() == pytest.approx([1, 0.5, 0, 1, 0.5, 0])
    np.testing.assert_allclose(values[0, :-1], features["wide.png"], atol=1e-6)
    np.testing.assert_allclose(values[4, :-1], 0.5 * features["fine.png"], atol=1e-6)


def test_pictures_of_events_are_used_where_they_are_named(tmp_path: Path) -> None:
    from neurostudio.data.fmri.events import read_events

    assert has_pictures(read_events(table(tmp_path, [(0, 1, "a.png")], "stim_file")))
    assert not has_pictures(read_events(table(tmp_path, [(0, 1, "house")], "trial_type")))
    assert not has_pictures(None)


def test_what_cannot_be_shown_is_refused(tmp_path: Path, folder: PictureFolder) -> None:
    with pytest.raises(RequestError, match=r"1 of 2 pictures .* such as lost.png"):
        presentation_of_run(table(tmp_path, [(0, 20, "wide.png"), (30, 40, "lost.png")]), CLOCK, folder)
    with pytest.raises(RequestError, match=r"does not say which pictures.*Add a column 'file'"):
        presentation_of_run(table(tmp_path, [(0, 60, "wide.png")], "trial_type"), CLOCK, folder)
    with pytest.raises(RequestError, match="no common time"):
        presentation_of_run(table(tmp_path, [(500, 60, "wide.png")]), CLOCK, folder)
    shown = presentation_of_run(table(tmp_path, [(0, 60, "wide.png"), (90, 1, "fine.png")]), CLOCK, folder)
    assert shown.names == ("wide.png",)
    assert "1 of 2 pictures come after the end" in shown.notes[0]


def test_looking_at_pictures_can_be_stopped(folder: PictureFolder) -> None:
    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        picture_features(folder, folder.names, PictureSettings(scales=2), None, stop)


def test_a_vision_model_gives_the_states_of_its_layer(tmp_path: Path, folder: PictureFolder) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    config = transformers.ViTConfig(
        hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=8, image_size=16, patch_size=8
    )
    transformers.ViTModel(config, add_pooling_layer=False).save_pretrained(tmp_path / "vit")
    model = load_vision_model(open_data(tmp_path / "vit", "language-model"))
    features, columns = picture_features(folder, folder.names, PictureSettings(layer=2, batch=2), model)
    assert columns == tuple(f"unit-{unit}" for unit in range(1, 9))
    small = np.asarray(Image.fromarray(folder.picture("wide.png")).resize((16, 16), Image.Resampling.BICUBIC), np.float32)
    given = torch.from_numpy(((small / 255 - 0.5) / 0.5).transpose(2, 0, 1)[None])
    with torch.inference_mode():
        expected = model.model(pixel_values=given, output_hidden_states=True).hidden_states[2][0].mean(dim=0).numpy()
    np.testing.assert_allclose(features["wide.png"], expected, atol=1e-5)
    with pytest.raises(RequestError, match="2 layers, and layer 7 was asked for"):
        picture_features(folder, folder.names, PictureSettings(layer=7), model)


def test_a_model_that_takes_no_pictures_is_refused(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    config = transformers.GPT2Config(vocab_size=8, n_embd=8, n_layer=1, n_head=1, n_positions=8)
    transformers.GPT2Model(config).save_pretrained(tmp_path)
    with pytest.raises(NeuroError, match="no vision model"):
        load_vision_model(open_data(tmp_path, "language-model"))
