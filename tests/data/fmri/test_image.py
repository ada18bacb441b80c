import gzip
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from isal import igzip
from nibabel.freesurfer.mghformat import MGHImage
from numpy.typing import NDArray

from neurostudio.core.errors import Cancelled, RequestError
from neurostudio.data.fmri.image import Image, NotReadError, open_image

SharedData = Callable[[str], Path]
Open = Callable[..., Image]
AFFINE = np.array([[-2.0, 0, 0, 40], [0, 2.0, 0, -50], [0, 0, 3.0, -30], [0, 0, 0, 1]])
SHAPE = (5, 6, 7, 8)


@pytest.fixture
def opened() -> Iterator[Open]:
    """Open an image and load it; it is closed after the test."""
    images: list[Image] = []

    def load(path: Path, **options: Any) -> Image:
        image = open_image(path, **options)
        images.append(image)
        image.load()
        return image

    yield load
    for image in images:
        image.close()


def noise(shape: tuple[int, ...] = SHAPE, dtype: Any = np.int16, seed: int = 0) -> NDArray[Any]:
    values = np.random.default_rng(seed).normal(300, 200, shape)
    return values.astype(dtype) if np.dtype(dtype).kind != "u" else np.abs(values).astype(dtype)


def save(
    path: Path, values: NDArray[Any], *, slope: float = 1.0, inter: float = 0.0, big: bool = False, kind: Any = None
) -> Path:
    image = (kind or nib.Nifti1Image)(values, AFFINE, dtype=values.dtype)
    if big:
        image = type(image)(values, AFFINE, image.header.as_byteswapped(">"), dtype=values.dtype)
    image.header.set_slope_inter(slope, inter)
    nib.save(image, path)
    return path


def whole(image: Image) -> NDArray[np.float32]:
    return np.stack([image.volume(t) for t in range(image.n_volumes)], axis=-1)


# --- the values are those of the file --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["run.nii", "run.nii.gz"])
@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("dtype", ["u1", "i2", "u2", "i4", "f4", "f8", "i8", "u8"])
def test_slices_series_and_volumes_are_those_of_nibabel_bit_by_bit(
    tmp_path: Path, opened: Open, dtype: str, big: bool, name: str
) -> None:
    """Oracle 4, for values as stored and scaled."""
    values = noise(dtype=dtype) * (2**33 + 1 if dtype in ("i8", "u8") else 1)
    for slope, inter in ((1.0, 0.0), (0.37, -12.25)):
        path = save(tmp_path / name, values.astype(dtype), slope=slope, inter=inter, big=big)
        expected = nib.load(path).get_fdata().astype(np.float32)
        image = opened(path)
        assert np.array_equal(whole(image), expected)
        for axis in range(3):
            assert np.array_equal(image.slice(axis, 2, 3).astype(np.float32), expected.take(2, axis)[..., 3])
        assert np.array_equal(image.series((1, 2, 3)), expected[1, 2, 3])
        assert image.value((4, 5, 6), 7) == expected[4, 5, 6, 7]
        assert image.series((1, 2, 3)).dtype == image.volume(0).dtype == np.float32


@pytest.mark.parametrize("kind", [nib.Nifti2Image, nib.Nifti1Pair])
@pytest.mark.parametrize("packed", [False, True])
def test_other_kinds_of_nifti_are_read(tmp_path: Path, opened: Open, kind: Any, packed: bool) -> None:
    path = save(tmp_path / f"run{'.img' if kind is nib.Nifti1Pair else '.nii'}{'.gz' if packed else ''}", noise(), kind=kind)
    assert np.array_equal(whole(opened(path)), noise())


@pytest.mark.parametrize("name", ["brain.mgh", "brain.mgz"])
def test_mgh_is_read(tmp_path: Path, opened: Open, name: str) -> None:
    nib.save(MGHImage(noise(dtype=np.float32), AFFINE), tmp_path / name)
    image = opened(tmp_path / name)
    assert np.array_equal(whole(image), noise(dtype=np.float32))


def test_analyze_is_read(tmp_path: Path, opened: Open) -> None:
    nib.save(nib.AnalyzeImage(noise(), AFFINE), tmp_path / "run.img")
    assert np.array_equal(whole(opened(tmp_path / "run.hdr")), noise())


@pytest.mark.parametrize("packed", [False, True])
def test_the_first_component_is_shown(tmp_path: Path, opened: Open, packed: bool) -> None:
    ending = ".nii.gz" if packed else ".nii"
    numbers = (noise() + 1j * noise(seed=1)).astype(np.complex64)
    assert np.array_equal(whole(opened(save(tmp_path / f"complex{ending}", numbers))), numbers.real)
    colours = np.zeros((4, 5, 6), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    colours["R"], colours["G"] = noise((4, 5, 6), "u1"), 7
    nib.save(nib.Nifti1Image(colours, AFFINE), tmp_path / f"colours{ending}")
    image = opened(tmp_path / f"colours{ending}")
    assert np.array_equal(image.volume(0), colours["R"])
    assert np.array_equal(image.slice(1, 3, 0), colours["R"][:, 3])
    vectors = noise((4, 5, 6, 1, 3))
    field = nib.Nifti1Image(vectors, AFFINE)
    field.header.set_intent("vector")
    nib.save(field, tmp_path / f"vectors{ending}")
    image = opened(tmp_path / f"vectors{ending}")
    assert (image.n_volumes, image.header.first_component_only) == (1, True)
    assert np.array_equal(image.volume(0), vectors[..., 0, 0])


def test_time_on_the_fifth_axis_is_time(tmp_path: Path, opened: Open) -> None:
    values = noise((4, 5, 6, 1, 9))
    image = opened(save(tmp_path / "itk.nii.gz", values))
    assert image.n_volumes == 9
    assert np.array_equal(whole(image), values[:, :, :, 0])


def test_values_may_begin_late_and_be_followed_by_more(tmp_path: Path, opened: Open) -> None:
    plain = save(tmp_path / "run.nii", noise()).read_bytes()
    late = bytearray(plain[:352] + b"\0" * 160 + plain[352:] + b"more" * 10)
    late[108:112] = np.float32(512).tobytes()
    (tmp_path / "late.nii").write_bytes(late)
    (tmp_path / "late.nii.gz").write_bytes(gzip.compress(bytes(late)))
    for name in ("late.nii", "late.nii.gz"):
        assert np.array_equal(whole(opened(tmp_path / name)), noise())


def test_a_stream_of_many_members_is_one_image(tmp_path: Path, opened: Open) -> None:
    plain = save(tmp_path / "run.nii", noise()).read_bytes()
    parts = [plain[start : start + 100] for start in range(0, len(plain), 100)]
    (tmp_path / "run.nii.gz").write_bytes(b"".join(gzip.compress(part) for part in parts) + b"\0" * 512)
    assert np.array_equal(whole(opened(tmp_path / "run.nii.gz")), noise())


@settings(max_examples=25, deadline=None)
@given(st.tuples(*[st.integers(1, 6)] * 4), st.sampled_from(("u1", "i2", "f4", "f8")), st.booleans(), st.booleans())
def test_any_shape_comes_back(
    tmp_path_factory: pytest.TempPathFactory, shape: tuple[int, ...], dtype: str, packed: bool, big: bool
) -> None:
    values = noise(shape, dtype)
    image = open_image(save(tmp_path_factory.mktemp("any") / f"x.nii{'.gz' if packed else ''}", values, big=big))
    image.load()
    assert np.array_equal(whole(image), values.astype(np.float32))
    image.close()


def test_save_load_save_keeps_everything(tmp_path: Path, opened: Open) -> None:
    """Oracle 1, first half: what `Image` and `Header` say is enough to write the same file again."""
    first = nib.Nifti1Image(noise(), AFFINE)
    first.header.set_xyzt_units("mm", "msec")
    first.header.set_zooms((2, 2, 3, 1350))
    first.set_sform(AFFINE, 4)
    first.set_qform(AFFINE, 2)
    nib.save(first, tmp_path / "first.nii.gz")
    image = opened(tmp_path / "first.nii.gz")
    header = image.header
    again = nib.Nifti1Image(np.stack([image.raw(t) for t in range(image.n_volumes)], -1), image.grid.affine, dtype=header.dtype)
    again.set_sform(header.sform, header.sform_code)
    again.set_qform(header.qform, header.qform_code)
    again.header.set_xyzt_units("mm", "msec")
    again.header.set_zooms((*header.zooms_mm, (header.tr_s or 0) * 1000))
    nib.save(again, tmp_path / "again.nii.gz")
    second = opened(tmp_path / "again.nii.gz")
    assert np.array_equal(whole(second), whole(image))
    same = ("tr_s", "sform_code", "qform_code", "time_units", "space_units", "dtype", "zooms_mm", "shape", "axis_codes")
    assert [getattr(second.header, name) for name in same] == [getattr(header, name) for name in same]
    assert np.array_equal(second.header.affine, AFFINE)
    assert np.allclose(second.header.qform, AFFINE, atol=1e-5)
    assert (header.tr_s, header.time_units, header.sform_code, header.qform_code) == (1.35, "ms", 4, 2)


def test_the_real_run_stored_coronally_keeps_its_values_at_the_same_millimetre(shared_data: SharedData, opened: Open) -> None:
    """Oracle 1, second half."""
    image = opened(shared_data("fmri_small_samples/fmri_LSP_1.nii.gz"))
    assert image.grid.axis_codes == ("L", "S", "P")
    mm = image.grid.mm_of((3, 4, 5))
    assert np.allclose(mm, (90.72, -40.37, -60.91), atol=0.005)
    canonical = nib.as_closest_canonical(nib.load(image.path))
    place = np.rint(np.linalg.inv(canonical.affine) @ [*mm, 1])[:3].astype(int)
    assert place.tolist() == [6, 12, 4]
    reordered = canonical.get_fdata(dtype=np.float32)
    assert np.array_equal(image.series((3, 4, 5)), reordered[6, 12, 4])
    voxels = np.random.default_rng(0).integers(0, image.grid.shape, (1000, 3))
    places = np.rint(np.c_[image.grid.mm_of(voxels), np.ones(1000)] @ np.linalg.inv(canonical.affine).T)[:, :3].astype(int)
    for voxel, (i, j, k) in zip(voxels, places, strict=True):
        assert np.array_equal(image.series(tuple(voxel)), reordered[i, j, k])


# --- points in the world ---------------------------------------------------------------------------------------------------


def test_values_are_sampled_by_millimetres(tmp_path: Path, opened: Open) -> None:
    image = opened(save(tmp_path / "run.nii.gz", noise(), slope=2.0, inter=1.0))
    values = whole(image)
    middle = image.grid.mm_of([[1, 2, 3], [1.5, 2, 3], [-0.4, 0, 0], [-0.6, 0, 0], [4.5, 5.5, 6.5]])
    found = image.sample(middle, 2)
    expected = [values[1, 2, 3, 2], (values[1, 2, 3, 2] + values[2, 2, 3, 2]) / 2, values[0, 0, 0, 2], np.nan, values[4, 5, 6, 2]]
    assert np.allclose(found, expected, rtol=1e-6, equal_nan=True)
    assert found.dtype == np.float32
    nearest = image.sample(image.grid.mm_of([[1.4, 2.4, 2.6], [9, 0, 0]]), 2, linear=False)
    assert np.array_equal(nearest, [values[1, 2, 3, 2], np.nan], equal_nan=True)
    assert image.sample(np.zeros((4, 3, 3)), 0).shape == (4, 3)


# --- while it is read ------------------------------------------------------------------------------------------------------


def test_opening_reads_the_header_only(tmp_path: Path) -> None:
    image = open_image(save(tmp_path / "run.nii.gz", noise()))
    assert (image.n_loaded, image.n_volumes, image.path.name) == (0, 8, "run.nii.gz")
    assert np.isnan(image.series((0, 0, 0))).all()
    for ask in (lambda: image.raw(0), lambda: image.value((0, 0, 0), 0), lambda: image.sample(np.zeros(3), 0)):
        with pytest.raises(NotReadError, match=r"Volume 0 of .*run\.nii\.gz is not read"):
            ask()


def test_the_first_volumes_can_be_seen_while_the_rest_is_read(tmp_path: Path) -> None:
    values = noise((40, 40, 20, 30))
    image = open_image(save(tmp_path / "run.nii.gz", values))
    told: list[tuple[int, int]] = []

    def look(done: int, total: int) -> None:
        told.append((done, total))
        assert image.n_loaded == done
        assert np.array_equal(image.volume(done - 1), values[..., done - 1])
        series = image.series((3, 4, 5))
        assert np.array_equal(series[:done], values[3, 4, 5, :done])
        assert np.isnan(series[done:]).all()
        if done < total:
            with pytest.raises(NotReadError):
                image.raw(done)

    image.load(look)
    assert told[:30] == [(done, 30) for done in range(1, 31)]
    assert image.n_loaded == 30


def test_many_threads_may_look_and_load_at_once(tmp_path: Path) -> None:
    values = noise((40, 40, 20, 30))
    image = open_image(save(tmp_path / "run.nii.gz", values))
    wrong: list[object] = []

    def look() -> None:
        while image.n_loaded < image.n_volumes:
            if n_loaded := image.n_loaded:
                if not np.array_equal(image.raw(n_loaded - 1), values[..., n_loaded - 1]):
                    wrong.append(n_loaded)
                series = image.series((1, 2, 3))
                if not np.array_equal(series[:n_loaded], values[1, 2, 3, :n_loaded]):
                    wrong.append(series)

    threads = [threading.Thread(target=work) for work in (look, look, image.load, image.load)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert np.array_equal(whole(image), values)


def test_loading_twice_reads_once(tmp_path: Path) -> None:
    image = open_image(save(tmp_path / "run.nii.gz", noise()))
    image.load()
    first = image.raw(0)
    told: list[tuple[int, int]] = []
    image.load(lambda done, total: told.append((done, total)))
    assert told == [(8, 8)]
    assert np.shares_memory(first, image.raw(0))


@pytest.mark.parametrize("in_scratch", [False, True])
def test_a_cancelled_image_lets_go_of_everything_and_can_be_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_scratch: bool
) -> None:
    if in_scratch:
        monkeypatch.setattr("neurostudio.data.fmri.memory.SHARE_OF_FREE", 0.0)
    scratch = tmp_path / "scratch"
    image = open_image(save(tmp_path / "run.nii.gz", noise((40, 40, 20, 30))), scratch=scratch)
    with pytest.raises(Cancelled):
        image.load(should_stop=lambda: image.n_loaded >= 3)
    assert image.n_loaded == 0
    with pytest.raises(NotReadError):
        image.raw(0)
    assert not scratch.exists() or not list(scratch.iterdir())
    image.load()
    assert image.n_loaded == 30


def test_closing_ends_a_load_and_what_was_given_out_stays(tmp_path: Path) -> None:
    values = noise((40, 40, 20, 30))
    image = open_image(save(tmp_path / "run.nii.gz", values))
    held: list[NDArray[Any]] = []
    ended: list[BaseException] = []

    def load() -> None:
        try:
            image.load(lambda done, _: held.append(image.raw(done - 1)) if done == 1 else closing.set())
        except Cancelled as error:
            ended.append(error)

    closing = threading.Event()
    thread = threading.Thread(target=load)
    thread.start()
    closing.wait(60)
    image.close()
    thread.join(60)
    assert not thread.is_alive()
    assert image.n_loaded == 0
    assert np.array_equal(held[0], values[..., 0])
    with pytest.raises(NotReadError):
        image.raw(0)
    with pytest.raises(Cancelled):
        image.load()


def test_an_image_too_large_for_memory_goes_to_a_scratch_file_that_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("neurostudio.data.fmri.memory.SHARE_OF_FREE", 0.0)
    scratch = tmp_path / "scratch"
    image = open_image(save(tmp_path / "run.nii.gz", noise(), big=True), scratch=scratch)
    image.load()
    assert scratch.is_dir()
    assert np.array_equal(whole(image), noise())
    image.close()
    assert not list(scratch.iterdir())


def test_without_room_it_is_refused_with_the_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("neurostudio.data.fmri.memory.free_memory", lambda: 1000)
    monkeypatch.setattr("neurostudio.data.fmri.memory._free_disk", lambda _: 2_000_000)
    path = save(tmp_path / "run.nii.gz", noise())
    image = open_image(path)
    with pytest.raises(RequestError) as caught:
        image.load()
    message = str(caught.value)
    assert "needs 3.4 KB" in message
    assert "1.0 KB of memory are free, and 2.0 MB on the disk" in message
    assert image.n_loaded == 0


# --- damage ----------------------------------------------------------------------------------------------------------------


def loading_error(path: Path) -> str:
    image = open_image(path)
    with pytest.raises(RequestError) as caught:
        image.load()
    assert image.n_loaded == 0
    with pytest.raises(NotReadError):
        image.raw(0)
    return str(caught.value)


def test_a_flipped_byte_is_found_and_nothing_is_kept(tmp_path: Path) -> None:
    """Oracle 3: one byte in the middle of the stream, which nibabel does not see."""
    path = save(tmp_path / "run.nii.gz", noise((20, 20, 10, 8)))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert "is damaged" in loading_error(path)


def test_a_wrong_checksum_alone_is_found(tmp_path: Path) -> None:
    path = save(tmp_path / "run.nii.gz", noise())
    content = bytearray(path.read_bytes())
    content[-8] ^= 1
    path.write_bytes(content)
    assert "CRC" in loading_error(path)


def test_a_truncated_stream_is_told_with_its_byte_counts(tmp_path: Path) -> None:
    path = save(tmp_path / "run.nii.gz", noise((20, 20, 10, 8)))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    message = loading_error(path)
    assert "is truncated: it ends after" in message
    assert "of 64,000 bytes of values" in message
    assert "of 8 volumes are whole" in message


def test_a_whole_stream_with_too_few_values_is_truncated_too(tmp_path: Path) -> None:
    plain = save(tmp_path / "run.nii", noise()).read_bytes()
    path = tmp_path / "short.nii.gz"
    path.write_bytes(gzip.compress(plain[:-840]))
    assert "ends after 2,520 of 3,360 bytes of values. 6 of 8 volumes are whole" in loading_error(path)


@settings(max_examples=60, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), fast=st.booleans())
def test_no_flipped_bit_ever_changes_a_value(
    tmp_path_factory: pytest.TempPathFactory, place: float, bit: int, fast: bool
) -> None:
    values = noise((6, 6, 6, 6))
    path = tmp_path_factory.mktemp("flip") / "run.nii.gz"
    plain = nib.Nifti1Image(values, AFFINE).to_bytes()
    content = bytearray(igzip.compress(plain, 2, mtime=0) if fast else gzip.compress(plain, mtime=0))
    content[int(place * len(content))] ^= 1 << bit
    path.write_bytes(content)
    try:
        image = open_image(path)
        image.load()
    except RequestError:
        return
    assert np.array_equal(whole(image), values)  # a bit of the gzip header that says nothing of the content
    image.close()


# --- what it is ------------------------------------------------------------------------------------------------------------


def test_whole_numbers_make_labels(tmp_path: Path, opened: Open) -> None:
    labels = (noise((5, 6, 7)) // 100).astype(np.float32)
    assert opened(save(tmp_path / "labels.nii.gz", labels)).is_labels
    assert not opened(save(tmp_path / "map.nii.gz", labels + 0.5)).is_labels
    assert opened(save(tmp_path / "mask.nii", labels.astype(np.int16))).is_labels
    assert not opened(save(tmp_path / "scaled.nii", labels.astype(np.int16), slope=0.3)).is_labels
    unknown = open_image(tmp_path / "labels.nii.gz")
    assert not unknown.is_labels
    unknown.load()
    assert unknown.is_labels


def test_the_robust_range_leaves_outliers_and_bad_values_out(tmp_path: Path, opened: Open) -> None:
    values = np.linspace(0, 100, 50 * 10 * 10).reshape(50, 10, 10, 1).repeat(3, -1).astype(np.float32)
    values[0, 0, 0] = 1e9
    values[1, :, 0] = np.nan
    values[2, 0, 0] = -np.inf
    image = opened(save(tmp_path / "run.nii.gz", values))
    for t in (None, 1):
        low, high = image.robust_range(t)
        assert low == pytest.approx(2, abs=0.5)
        assert high == pytest.approx(98, abs=0.5)
    assert image.count_bad(0) == 11
    assert opened(save(tmp_path / "bad.nii.gz", np.full((2, 2, 2), np.nan, np.float32))).robust_range() == (0.0, 1.0)


def test_a_place_that_is_not_there_is_refused(tmp_path: Path, opened: Open) -> None:
    image = opened(save(tmp_path / "run.nii", noise()))
    for ask in (lambda: image.raw(8), lambda: image.raw(-1), lambda: image.series((5, 0, 0)), lambda: image.value((0, -1, 0), 0)):
        with pytest.raises(IndexError):
            ask()


def test_the_orientation_can_be_chosen_where_the_header_says_two(tmp_path: Path) -> None:
    made = nib.Nifti1Image(noise(), AFFINE)
    moved = AFFINE.copy()
    moved[1, 3] += 10
    made.set_sform(AFFINE, 1)
    made.set_qform(moved, 1)
    nib.save(made, tmp_path / "run.nii")
    shown = {choice: open_image(tmp_path / "run.nii", orientation=choice) for choice in (None, "sform", "qform")}
    assert shown[None].header.needs_orientation
    assert [image.grid.affine[1, 3] for image in shown.values()] == pytest.approx([-50, -50, -40])
    with pytest.raises(RequestError, match="Only 'sform' and 'qform'"):
        open_image(tmp_path / "run.nii", orientation="left")
