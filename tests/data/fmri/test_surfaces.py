"""GIFTI and CIFTI files."""

from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from nibabel.cifti2.cifti2 import Cifti2Image
from nibabel.cifti2.cifti2_axes import BrainModelAxis, ScalarAxis, SeriesAxis
from nibabel.gifti.gifti import GiftiDataArray, GiftiImage
from nibabel.nifti1 import Nifti1Image

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.surfaces import is_surface_file, read_surface_file


def test_a_parcel_series_is_told_from_a_volume(shared_data: Callable[[str], Path]) -> None:
    path = shared_data("fmri_small_samples/parcellated_cifti.ptseries.nii")
    assert is_surface_file(path)
    found = read_surface_file(path)
    assert (found.form, found.n_row, found.n_point, found.tr_s, found.is_series) == ("cifti-parcel-series", 1200, 419, 0.72, True)
    assert found.title == "CIFTI parcel series: 1,200 time points of 419 parcels, TR 0.72 s"
    assert found.names[0] == "17Networks_LH_VisCent_ExStr_1"
    series = found.series()
    assert (series.shape, series.dtype) == ((1200, 419), np.float32)
    assert np.isfinite(series).all()


def test_a_gifti_series_has_a_row_for_each_array(shared_data: Callable[[str], Path]) -> None:
    path = shared_data("fmri_small_samples/task.func.gii")
    found = read_surface_file(path)
    assert (found.form, found.n_row, found.n_point, found.tr_s) == ("gifti-series", 10, 642, None)
    image = nib.load(path)
    assert isinstance(image, GiftiImage)
    np.testing.assert_array_equal(found.series()[3], image.darrays[3].data)


def test_a_cifti_file_is_known_without_its_name(shared_data: Callable[[str], Path], tmp_path: Path) -> None:
    path = tmp_path / "plain.nii"
    path.write_bytes(shared_data("fmri_small_samples/parcellated_cifti.ptseries.nii").read_bytes())
    assert is_surface_file(path)
    assert not is_surface_file(shared_data("fmri_small_samples/tiny_4d.nii.gz"))


def test_dense_series_and_maps_count_their_structures(tmp_path: Path) -> None:
    columns = BrainModelAxis.from_mask(np.ones(5, dtype=bool), name="cortex_left") + BrainModelAxis.from_mask(
        np.ones((2, 1, 1), dtype=bool), name="thalamus_right", affine=np.eye(4)
    )
    data = np.arange(21, dtype=np.float32).reshape(3, 7)
    path = tmp_path / "a.dtseries.nii"
    Cifti2Image(data, header=(SeriesAxis(0, 2.5, 3), columns)).to_filename(path)
    found = read_surface_file(path)
    assert (found.form, found.tr_s, found.names) == ("cifti-dense-series", 2.5, ())
    assert found.parts == {"CORTEX_LEFT": 5, "THALAMUS_RIGHT": 2}
    np.testing.assert_array_equal(found.series(), data)
    maps = tmp_path / "a.dscalar.nii"
    Cifti2Image(data, header=(ScalarAxis(["x", "y", "z"]), columns)).to_filename(maps)
    found = read_surface_file(maps)
    assert (found.form, found.names, found.is_series) == ("cifti-dense-maps", ("x", "y", "z"), False)
    assert found.title == "CIFTI dense maps: 3 maps of 7 grayordinates"


def test_a_mesh_gives_its_points_and_triangles(tmp_path: Path) -> None:
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float32)
    triangles = np.array([[0, 1, 2], [1, 2, 3]], dtype=np.int32)
    path = tmp_path / "lh.surf.gii"
    arrays = [GiftiDataArray(points, "NIFTI_INTENT_POINTSET"), GiftiDataArray(triangles, "NIFTI_INTENT_TRIANGLE")]
    GiftiImage(darrays=arrays).to_filename(path)
    found = read_surface_file(path)
    assert found.title == "GIFTI mesh: 4 vertices, 2 triangles"
    got_points, got_triangles = found.mesh()
    np.testing.assert_array_equal(got_points, points)
    np.testing.assert_array_equal(got_triangles, triangles)
    with pytest.raises(RequestError, match="is a mesh and holds no values"):
        found.series()


def test_a_single_map_has_one_row(tmp_path: Path) -> None:
    path = tmp_path / "lh.shape.gii"
    GiftiImage(darrays=[GiftiDataArray(np.arange(4, dtype=np.float32), "NIFTI_INTENT_SHAPE")]).to_filename(path)
    found = read_surface_file(path)
    assert found.title == "GIFTI maps: 1 map of 4 vertices"
    assert found.series().tolist() == [[0, 1, 2, 3]]
    with pytest.raises(RequestError, match="is no mesh"):
        found.mesh()


def test_a_volume_under_the_name_of_a_surface_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.dtseries.nii"
    Nifti1Image(np.zeros((2, 2, 2), dtype=np.int16), np.eye(4)).to_filename(path)
    with pytest.raises(RequestError, match="is a NIfTI volume and no CIFTI file"):
        read_surface_file(path)


@pytest.mark.parametrize(
    "content", [b"<GIFTI", b"no xml at all", b'<?xml version="1.0"?>\n<GIFTI Version="1.0" NumberOfDataArrays="0"></GIFTI>']
)
def test_damaged_gifti_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.func.gii"
    path.write_bytes(content)
    with pytest.raises(RequestError, match=r"a\.func\.gii"):
        read_surface_file(path)


def test_a_cut_off_cifti_is_refused_in_words(shared_data: Callable[[str], Path], tmp_path: Path) -> None:
    whole = shared_data("fmri_small_samples/parcellated_cifti.ptseries.nii").read_bytes()
    path = tmp_path / "a.ptseries.nii"
    for n_byte in (100, 2000, len(whole) - 1000):
        path.write_bytes(whole[:n_byte])
        with pytest.raises(RequestError, match="cannot be read as GIFTI or CIFTI"):
            read_surface_file(path).series()
