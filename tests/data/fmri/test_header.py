import gzip
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nibabel.freesurfer.mghformat import MGHImage

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.header import Header, read_header
from neurostudio.data.fmri.header_time import repetition_in_header
from neurostudio.data.fmri.layout import axes_of

SharedData = Callable[[str], Path]
AFFINE = np.array([[-2.0, 0, 0, 40], [0, 2.0, 0, -50], [0, 0, 3.0, -30], [0, 0, 0, 1]])


def save(path: Path, image: Any) -> Path:
    nib.save(image, path)
    return path


def a_run(shape: tuple[int, ...] = (4, 5, 6, 7), dtype: Any = np.int16, kind: Any = nib.Nifti1Image, tr: float = 2.0) -> Any:
    image = kind(np.arange(np.prod(shape)).reshape(shape).astype(dtype), AFFINE)
    image.header.set_xyzt_units("mm", "sec")
    if len(shape) > 3:
        image.header.set_zooms((*image.header.get_zooms()[:3], tr, *[1.0] * (len(shape) - 4)))
    return image


def error_of(path: Path) -> str:
    with pytest.raises(RequestError) as caught:
        read_header(path)
    return str(caught.value)


# --- what is there ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind", "format_name"),
    [
        ("run.nii", nib.Nifti1Image, "NIfTI-1"),
        ("run.nii.gz", nib.Nifti1Image, "NIfTI-1"),
        ("run.nii", nib.Nifti2Image, "NIfTI-2"),
        ("run.nii.gz", nib.Nifti2Image, "NIfTI-2"),
        ("run.img", nib.Nifti1Pair, "NIfTI-1 pair"),
        ("run.hdr", nib.Nifti2Pair, "NIfTI-2 pair"),
        ("run.img.gz", nib.Nifti1Pair, "NIfTI-1 pair"),
    ],
)
def test_a_header_says_what_nibabel_says(tmp_path: Path, name: str, kind: Any, format_name: str) -> None:
    path = save(tmp_path / name, a_run(kind=kind))
    header = read_header(path)
    assert header.format == format_name
    assert (header.shape, header.shape_3d, header.n_volumes) == ((4, 5, 6, 7), (4, 5, 6), 7)
    assert (header.zooms_mm, header.tr_s, header.tr_note) == ((2.0, 2.0, 3.0), 2.0, "")
    assert (header.space_units, header.time_units, header.dtype) == ("mm", "s", np.dtype(np.int16))
    assert np.array_equal(header.grid().affine, nib.load(path).affine)
    assert (header.axis_codes, header.affine_source, header.has_orientation) == (("L", "A", "S"), "sform", True)
    assert header.is_compressed == name.endswith("gz")
    assert (header.raw_bytes, header.ram_bytes) == (1680, 1680)
    assert header.size_bytes == header.data_path.stat().st_size
    assert header.notes == ()


def test_the_facts_are_plain_json(tmp_path: Path) -> None:
    facts = read_header(save(tmp_path / "run.nii.gz", a_run())).as_facts()
    assert json.loads(json.dumps(facts, allow_nan=False)) == facts
    assert (facts["axis_codes"], facts["dtype"], facts["shape"]) == ("LAS", "int16", [4, 5, 6, 7])


def test_big_endian_headers_are_read(tmp_path: Path) -> None:
    header = nib.Nifti1Header(endianness=">")
    header.set_data_dtype(np.float64)
    image = nib.Nifti1Image(np.zeros((3, 4, 5, 6)), AFFINE, header)
    found = read_header(save(tmp_path / "run.nii.gz", image))
    assert (found.is_big_endian, found.stored_dtype.byteorder, found.dtype) == (True, ">", np.dtype("f8"))
    assert found.shape == (3, 4, 5, 6)


def test_slope_and_intercept_are_those_that_nibabel_applies(tmp_path: Path) -> None:
    image = a_run()
    image.header.set_slope_inter(0.5, -3)
    path = save(tmp_path / "run.nii", image)
    header = read_header(path)
    proxy = nib.load(path).dataobj
    assert (header.slope, header.inter) == (proxy.slope, proxy.inter)
    assert header.is_scaled


@pytest.mark.parametrize("slope", [0.0, np.nan])
def test_a_slope_of_nothing_scales_nothing(tmp_path: Path, slope: float) -> None:
    path = save(tmp_path / "run.nii", a_run())
    patch(path, 112, struct.pack("<ff", slope, 7.0))
    header = read_header(path)
    assert (header.slope, header.inter, header.is_scaled) == (1.0, 0.0, False)


def test_scaling_that_is_infinite_is_left_out_with_a_note(tmp_path: Path) -> None:
    path = save(tmp_path / "run.nii", a_run())
    patch(path, 112, struct.pack("<ff", 2.0, np.inf))
    header = read_header(path)
    assert not header.is_scaled
    assert any("scale factor" in note for note in header.notes)


def test_mgh_holds_an_affine_and_the_repetition_time_in_ms(tmp_path: Path) -> None:
    image = MGHImage(np.zeros((4, 5, 6, 7), np.float32), AFFINE)
    image.header.set_zooms((2, 2, 3, 1500))
    for name in ("run.mgh", "run.mgz"):
        header = read_header(save(tmp_path / name, image))
        assert (header.format, header.shape, header.tr_s, header.is_big_endian) == ("MGH", (4, 5, 6, 7), 1.5, True)
        assert np.allclose(header.affine, AFFINE)
        assert header.has_orientation


def test_an_mgh_image_that_is_cut_off_is_truncated(tmp_path: Path) -> None:
    image = MGHImage(np.random.default_rng(0).normal(size=(9, 9, 9, 7)).astype(np.float32), AFFINE)
    for name in ("run.mgh", "run.mgz"):
        path = save(tmp_path / name, image)
        path.write_bytes(path.read_bytes()[:-5000])
        assert "is truncated" in error_of(path)


def test_analyze_has_no_orientation(tmp_path: Path) -> None:
    image = nib.AnalyzeImage(np.arange(60, dtype=np.int16).reshape(3, 4, 5), AFFINE)
    header = read_header(save(tmp_path / "brain.img", image))
    assert (header.format, header.shape, header.has_orientation) == ("Analyze", (3, 4, 5), False)
    assert header.zooms_mm == (2.0, 2.0, 3.0)
    assert "left and right are unknown" in " ".join(header.notes)


def patch(path: Path, offset: int, data: bytes) -> None:
    content = bytearray(path.read_bytes())
    content[offset : offset + len(data)] = data
    path.write_bytes(content)


# --- axes ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "intent", "expected", "note"),
    [
        ((4, 5, 6), 0, ((4, 5, 6), 1, 1), ""),
        ((4, 5), 0, ((4, 5, 1), 1, 1), ""),
        ((4, 5, 1, 7), 0, ((4, 5, 1), 7, 1), ""),
        ((4, 5, 6, 1), 0, ((4, 5, 6), 1, 1), "left out"),
        ((4, 5, 6, 7, 1), 0, ((4, 5, 6), 7, 1), "left out"),
        ((4, 5, 6, 1, 7), 0, ((4, 5, 6), 7, 1), "ITK"),
        ((4, 5, 6, 1, 7, 1), 0, ((4, 5, 6), 7, 1), "ITK"),
        ((4, 5, 6, 1, 3), 1007, ((4, 5, 6), 1, 3), "3 components; the first is shown"),
        ((4, 5, 6, 2, 3), 0, ((4, 5, 6), 2, 3), "3 components; the first is shown"),
    ],
)
def test_space_time_and_components_are_told_apart(
    shape: tuple[int, ...], intent: int, expected: tuple[Any, ...], note: str
) -> None:
    axes = axes_of(shape, intent)
    assert (axes.shape_3d, axes.n_volumes, axes.n_components) == expected
    assert note in " ".join(axes.notes)
    assert bool(axes.notes) == bool(note)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=7), st.sampled_from((0, 3, 1005, 1007, 2001, 2003)))
def test_no_value_is_lost_between_the_axes(shape: list[int], intent: int) -> None:
    axes = axes_of(tuple(shape), intent)
    assert np.prod(axes.shape_3d) * axes.n_volumes * axes.n_components == np.prod(shape)


def test_the_repetition_time_of_itk_stands_on_the_fifth_axis(tmp_path: Path) -> None:
    image = a_run((4, 5, 6, 1, 7))
    image.header.set_zooms((2, 2, 3, 1, 2.5))
    header = read_header(save(tmp_path / "run.nii.gz", image))
    assert (header.n_volumes, header.tr_s) == (7, 2.5)


def test_colours_and_complex_numbers_show_their_first_component(tmp_path: Path) -> None:
    colours = np.zeros((3, 4, 5), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    header = read_header(save(tmp_path / "colours.nii", nib.Nifti1Image(colours, AFFINE)))
    assert (header.dtype, header.first_component_only, header.raw_bytes) == (np.dtype("u1"), True, 180)
    assert "R is shown" in " ".join(header.notes)
    numbers = np.zeros((3, 4, 5), np.complex64)
    header = read_header(save(tmp_path / "complex.nii", nib.Nifti1Image(numbers, AFFINE)))
    assert (header.dtype, header.first_component_only) == (np.dtype("f4"), True)
    assert "real part" in " ".join(header.notes)


# --- time ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zoom", "unit", "tr_s", "words"),
    [
        (2.0, "s", 2.0, ""),
        (1.0, "s", 1.0, ""),
        (1350.0, "ms", 1.35, "1350 ms"),
        (720_000.0, "us", 0.72, "µs"),
        (2.5, "", 2.5, "seconds are assumed"),
        (1.0, "", None, "TR unknown"),
        (0.0, "", None, "TR unknown"),
        (0.0, "s", None, "TR unknown"),
        (-1.0, "s", None, "TR unknown"),
        (float("nan"), "s", None, "TR unknown"),
        (2000.0, "s", 2000.0, "most likely 2000 ms"),
        (2000.0, "", 2000.0, "most likely 2000 ms"),
        (2.0, "ms", 0.002, "most likely 2 s"),
        (100.0, "Hz", None, "not in seconds"),
    ],
)
def test_the_repetition_time_is_converted_and_what_is_odd_is_said(zoom: float, unit: Any, tr_s: float | None, words: str) -> None:
    found, note = repetition_in_header(zoom, unit, 40)
    assert found == (None if tr_s is None else pytest.approx(tr_s))
    assert words in note
    assert bool(note) == bool(words)


def test_one_volume_has_no_repetition_time() -> None:
    assert repetition_in_header(2.0, "s", 1) == (None, "")


def test_a_repetition_time_in_single_precision_is_what_was_meant(tmp_path: Path) -> None:
    assert read_header(save(tmp_path / "run.nii.gz", a_run(tr=1.35))).tr_s == 1.35


# --- place -----------------------------------------------------------------------------------------------------------------


def placed(tmp_path: Path, sform: Any, qform: Any, codes: tuple[int, int]) -> Header:
    image = a_run()
    image.set_sform(sform, codes[0])
    image.set_qform(qform, codes[1])
    return read_header(save(tmp_path / "run.nii.gz", image))


def test_the_sform_wins_and_half_a_millimetre_between_both_is_a_question(tmp_path: Path) -> None:
    moved = AFFINE.copy()
    moved[0, 3] += 0.4
    header = placed(tmp_path, moved, AFFINE, (1, 1))
    assert (header.affine_source, header.needs_orientation) == ("sform", False)
    assert header.grid().affine[0, 3] == pytest.approx(moved[0, 3])
    moved[0, 3] += 0.2
    header = placed(tmp_path, moved, AFFINE, (1, 1))
    assert header.needs_orientation
    assert header.disagreement_mm == pytest.approx(0.6, abs=1e-4)
    assert "0.6 mm apart" in " ".join(header.notes)
    with pytest.raises(RequestError, match="orientation: sform or qform"):
        header.grid()
    assert header.grid("sform").affine[0, 3] == pytest.approx(moved[0, 3])
    assert header.grid("qform").affine[0, 3] == pytest.approx(AFFINE[0, 3])
    with pytest.raises(RequestError, match="sideways"):
        header.grid("sideways")


def test_forms_that_agree_at_the_origin_may_disagree_far_from_it(tmp_path: Path) -> None:
    grown = AFFINE @ np.diag([1.0, 1.0, 1.1, 1.0])
    header = placed(tmp_path, AFFINE, grown, (2, 1))
    assert header.disagreement_mm == pytest.approx(5.5 * 0.3, abs=1e-3)
    assert header.needs_orientation


def test_the_qform_counts_where_the_sform_has_no_code(tmp_path: Path) -> None:
    other = AFFINE.copy()
    other[:3, 3] = 0
    header = placed(tmp_path, other, AFFINE, (0, 1))
    assert (header.affine_source, header.needs_orientation) == ("qform", False)
    assert np.allclose(header.grid().affine, AFFINE)


def test_without_codes_left_and_right_are_unknown(tmp_path: Path) -> None:
    header = placed(tmp_path, AFFINE, AFFINE, (0, 0))
    assert (header.affine_source, header.has_orientation) == ("none", False)
    assert "No orientation in the header; left and right are unknown." in header.notes
    assert np.allclose(header.grid().affine, nib.load(header.path).affine)


def test_an_sform_that_is_no_affine_is_left_out_with_a_note(tmp_path: Path) -> None:
    path = save(tmp_path / "run.nii", a_run())
    patch(path, 280, struct.pack("<12f", *[0.0] * 12))
    header = read_header(path)
    assert header.affine_source in ("qform", "none")
    assert "The sform in the header is no affine and is left out." in header.notes


def test_a_quaternion_that_is_no_rotation_is_left_out_with_a_note(tmp_path: Path) -> None:
    image = a_run()
    image.set_sform(None, 0)
    image.set_qform(AFFINE, 1)
    path = save(tmp_path / "run.nii", image)
    patch(path, 256, struct.pack("<3f", 3.0, 3.0, 3.0))
    header = read_header(path)
    assert (header.affine_source, header.qform) == ("none", None)
    assert "The qform in the header is no rotation and is left out." in header.notes


def test_voxel_sizes_that_are_not_those_of_the_affine_are_noted(tmp_path: Path) -> None:
    path = save(tmp_path / "run.nii", a_run())
    patch(path, 80, struct.pack("<f", 2.01))
    notes = " ".join(read_header(path).notes)
    assert "2.01 × 2 × 3 mm, are not those of its affine, 2 × 2 × 3 mm" in notes


def test_axes_that_are_not_at_right_angles_are_noted(tmp_path: Path) -> None:
    sheared = AFFINE.copy()
    sheared[:3, 1] = [np.sqrt(2), np.sqrt(2), 0]
    header = placed(tmp_path, sheared, None, (1, 0))
    assert "The axes of the affine are not at right angles." in header.notes


@pytest.mark.parametrize(("code", "factor", "name"), [(1, 1000.0, "m"), (3, 0.001, "µm")])
def test_metres_and_micrometres_become_millimetres(tmp_path: Path, code: int, factor: float, name: str) -> None:
    path = save(tmp_path / "run.nii", a_run())
    patch(path, 123, bytes([code | 8]))
    header = read_header(path)
    assert header.zooms_mm == pytest.approx((2 * factor, 2 * factor, 3 * factor))
    assert np.allclose(header.affine[:3], AFFINE[:3] * factor)
    assert f"Space is in {name} in the header; it is shown in mm." in header.notes


@pytest.mark.parametrize("name", ["fmri_LSP_1.nii.gz", "dwi_tr_in_ms_4d.nii.gz", "tiny_4d.nii.gz"])
def test_real_headers_have_the_affine_of_nibabel(shared_data: SharedData, name: str) -> None:
    path = shared_data(f"fmri_small_samples/{name}")
    assert np.array_equal(read_header(path).grid().affine, nib.load(path).affine)


def test_the_real_run_without_orientation_and_time_says_so(shared_data: SharedData) -> None:
    header = read_header(shared_data("fmri_audiovisual_bold/filtered_func_data.nii.gz"))
    assert (header.has_orientation, header.tr_s, header.n_volumes) == (False, None, 64)
    assert header.tr_note.startswith("TR unknown")


def test_the_real_run_with_ms_that_claim_to_be_seconds_is_a_question(shared_data: SharedData) -> None:
    header = read_header(shared_data("fmri_small_samples/dwi_tr_in_ms_4d.nii.gz"))
    assert (header.tr_s, header.tr_note) == (2000.0, "The header gives a TR of 2000 s, which is most likely 2000 ms.")


# --- what is no image ------------------------------------------------------------------------------------------------------


def test_each_kind_of_wrong_file_has_its_own_message(tmp_path: Path, shared_data: SharedData) -> None:
    whole = save(tmp_path / "whole.nii", a_run()).read_bytes()
    packed = gzip.compress(whole, mtime=0)
    annex = b"/annex/objects/SHA256E-s94612345--0d2c4a.nii.gz\n"
    lfs = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5000000\n"
    header_end = bytearray(packed)
    header_end[20] ^= 0xFF
    files = {
        "empty.nii.gz": (b"", "is not downloaded"),
        "annex.nii.gz": (annex, "git-annex pointer"),
        "lfs.nii.gz": (lfs, "git-lfs pointer"),
        "text.nii.gz": (b"this is a text that is longer than a stub" * 50, "not a gzip file"),
        "plain.nii.gz": (whole, "is not compressed, though its name ends so. Rename it to plain.nii"),
        "packed.nii": (packed, "compressed with gzip, and its name does not say so. Rename it to packed.nii.gz"),
        "cut.nii.gz": (packed[:60], "end within the header"),
        "damaged.nii.gz": (bytes(header_end), "its first bytes cannot be unpacked"),
        "short.nii": (whole[:-100], "is truncated: it has 1,932 of 2,032 bytes. 6 of 7 volumes are there"),
        "magic.nii": (whole[:344] + b"n+9\0" + whole[348:], "wrong magic word"),
        "size.nii": (b"\x00\x09\x00\x00" + whole[4:], "its size is not that of NIfTI"),
        "noise.nii": (bytes(range(256)) * 8, "is no brain image. It begins with 00 01 02"),
        "slice.dcm": (b"\0" * 128 + b"DICM" + b"\0" * 2000, "dcm2niix"),
        "renamed.nii": (b"\0" * 128 + b"DICM" + b"\0" * 2000, "dcm2niix"),
        "surface.gii": (b'<?xml version="1.0"?><!DOCTYPE GIFTI><GIFTI/>' * 30, "GIFTI"),
        "page.nii.gz": (b"<!DOCTYPE html><html>404</html>" * 50, "web page"),
        "axes.nii": (whole[:40] + struct.pack("<h", 9) + whole[42:], "it has 9 axes"),
        "type.nii": (whole[:70] + struct.pack("<h", 1234) + whole[72:], "unknown data type 1234"),
        "none.nii": (whole[:42] + struct.pack("<h", 0) + whole[44:], "its shape is 0 × 5"),
    }
    messages = {}
    for name, (content, words) in files.items():
        path = tmp_path / name
        path.write_bytes(content)
        message = error_of(path)
        assert words in message, name
        assert str(path) in message, name
        messages[name] = message.replace(str(path), "")
    assert messages.pop("renamed.nii") == messages["slice.dcm"]
    assert len(set(messages.values())) == len(messages)
    assert "95 MB" in messages["annex.nii.gz"]
    assert "ConnParcelSries" in error_of(shared_data("fmri_small_samples/parcellated_cifti.ptseries.nii"))


def test_a_broken_link_a_folder_and_a_missing_file_are_told_apart(tmp_path: Path) -> None:
    link = tmp_path / "sub-01_bold.nii.gz"
    link.symlink_to("../.git/annex/objects/Xz/f4/MD5E-s1228727694--aa.nii.gz/MD5E-s1228727694--aa.nii.gz")
    assert "The image of 1.2 GB is not downloaded" in error_of(link)
    assert "datalad get" in error_of(link)
    assert "is a folder" in error_of(tmp_path)
    assert "There is no file" in error_of(tmp_path / "nothing.nii.gz")


def test_half_of_a_pair_is_not_enough(tmp_path: Path) -> None:
    path = save(tmp_path / "run.img", a_run(kind=nib.Nifti1Pair))
    (tmp_path / "run.hdr").unlink()
    assert "run.hdr" in error_of(path)


def test_a_header_that_promises_more_than_its_gzip_can_hold_is_refused_at_once(tmp_path: Path) -> None:
    path = save(tmp_path / "small.nii", a_run())
    patch(path, 40, struct.pack("<5h", 4, 30000, 30000, 30000, 1000))
    packed = tmp_path / "huge.nii.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    message = error_of(packed)
    assert "cannot hold what its header says" in message
    assert "54000 TB" in message


def test_values_cannot_begin_before_the_file(tmp_path: Path) -> None:
    path = save(tmp_path / "run.nii", a_run())
    patch(path, 108, struct.pack("<f", -5.0))
    assert "is damaged" in error_of(path)


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=0, max_size=600), st.integers(0, 348))
def test_any_bytes_give_a_header_or_a_clear_error(tmp_path_factory: pytest.TempPathFactory, noise: bytes, place: int) -> None:
    image = a_run((2, 2, 2, 2))
    whole = image.to_bytes()
    path = tmp_path_factory.mktemp("noise") / "x.nii"
    path.write_bytes(whole[:place] + noise + whole[place + len(noise) :])
    try:
        facts = read_header(path).as_facts()
    except RequestError as error:
        facts = {"error": str(error)}
    assert facts.get("n_volumes", 0) >= 1 or str(path) in facts["error"]
    json.dumps(facts)
