"""Confounds and motion."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.confounds import MOTION, framewise_displacement, read_confounds

Write = Callable[[Mapping[str, object]], Path]
SIX = "0.1 0.2 0.3 1 2 3\n0.1 0.2 0.4 1 2 5\n"


def test_displacement_of_a_real_table_equals_its_own_column(shared_data: Callable[[str], Path]) -> None:
    confounds = read_confounds(shared_data("fmri_confounds/test-v21_desc-confounds_timeseries.tsv"))
    assert (confounds.form, confounds.n_volumes, len(confounds.columns)) == ("fmriprep", 30, 84)
    displacement_mm = confounds.fd()
    assert displacement_mm is not None
    np.testing.assert_allclose(displacement_mm, confounds.columns["framewise_displacement"], atol=1e-9)
    assert np.isnan(confounds.columns["trans_x_derivative1"][0])
    assert confounds.problems == ()


def test_mcflirt_motion_of_haxby_has_rotations_first(shared_data: Callable[[str], Path]) -> None:
    confounds = read_confounds(shared_data("fmri_haxby_runs/task001_run001/bold_moest.txt"))
    assert (confounds.form, confounds.n_volumes) == ("mcflirt", 121)
    assert confounds.motion is not None
    assert confounds.motion[0].tolist() == [0.110484, -0.0745983, 0.0110025, -0.00416487, 0.00393948, -0.00636441]
    displacement_mm = confounds.fd()
    assert displacement_mm is not None
    step = np.abs(confounds.motion[1] - confounds.motion[0])
    assert displacement_mm[1] == pytest.approx(step[:3].sum() + 50 * step[3:].sum())


@pytest.mark.parametrize(
    ("name", "form", "second_mm", "second_rad"),
    [
        ("bold_mcf.par", "mcflirt", [1, 2, 5], [0.1, 0.2, 0.4]),
        ("rp_bold.txt", "spm", [0.1, 0.2, 0.4], [1, 2, 5]),
        ("dfile_rall.1D", "afni", [2, 5, 1], np.deg2rad([0.2, 0.4, 0.1]).tolist()),
    ],
)
def test_the_name_of_the_file_tells_the_order(
    write_files: Write, name: str, form: str, second_mm: list[float], second_rad: list[float]
) -> None:
    confounds = read_confounds(write_files({name: SIX}) / name)
    assert confounds.form == form
    assert confounds.motion is not None
    np.testing.assert_allclose(confounds.motion[1], [*second_mm, *second_rad])


def test_hcp_regressors_are_in_degrees(write_files: Write) -> None:
    row = " ".join(map(str, [1, 2, 3, 180, 0, 90, *[0] * 6]))
    path = write_files({"Movement_Regressors.txt": f"{row}\n{row}\n"}) / "Movement_Regressors.txt"
    confounds = read_confounds(path)
    assert confounds.motion is not None
    np.testing.assert_allclose(confounds.motion[0], [1, 2, 3, np.pi, 0, np.pi / 2])
    assert list(confounds.columns)[6:8] == ["column_7", "column_8"]


def test_old_fmriprep_names_are_motion_too(write_files: Write) -> None:
    text = "CSF\tFramewiseDisplacement\tX\tY\tZ\tRotX\tRotY\tRotZ\n1\tn/a\t0\t0\t0\t0\t0\t0\n2\t0.6\t0.1\t0\t0\t0.01\t0\t0\n"
    confounds = read_confounds(write_files({"sub-1_task-a_bold_confounds.tsv": text}) / "sub-1_task-a_bold_confounds.tsv")
    displacement_mm = confounds.fd()
    assert displacement_mm is not None
    assert displacement_mm[1] == pytest.approx(0.6)
    assert confounds.form == "fmriprep"


def test_six_unknown_columns_are_not_taken_for_motion(write_files: Write) -> None:
    path = write_files({"regressors.txt": SIX}) / "regressors.txt"
    confounds = read_confounds(path)
    assert (confounds.form, confounds.motion, confounds.fd()) == ("table", None, None)
    assert list(confounds.columns) == [f"column_{number}" for number in range(1, 7)]
    assert "cannot be told" in confounds.problems[0].message
    assert read_confounds(path, "spm").motion is not None


def test_a_table_without_motion_gives_the_displacement_it_has(write_files: Write) -> None:
    text = "framewise_displacement\nn/a\n0.2\n"
    displacement_mm = read_confounds(write_files({"x_confounds.tsv": text}) / "x_confounds.tsv").fd()
    assert displacement_mm is not None
    assert displacement_mm[1] == 0.2
    assert np.isnan(displacement_mm[0])


def test_values_that_are_missing_late_are_named(write_files: Write) -> None:
    text = "csf\tnothing\n1\tn/a\n2\tn/a\n3\tn/a\nn/a\tn/a\ninf\tn/a\n"
    messages = [problem.message for problem in read_confounds(write_files({"c.tsv": text}) / "c.tsv").problems]
    assert messages == [
        "c.tsv: infinite values in the column csf",
        "c.tsv: no value at all in the column nothing",
        "c.tsv: values are missing in the column csf, line 5 among others",
    ]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.tsv", "csf\twm\n1\t2\n1\tx\n", "line 3: 'x' in the column 'wm' is not a number"),
        ("a.tsv", "csf\twm\n1\t2\n1\n", "line 3: 1 field where the first line has 2"),
        ("a.tsv", "csf\twm\n", "holds no rows"),
        ("a.par", "1 2 3 4 5 6\n1 2 3 4 5 6e\n", "line 2: '6e' in the column 6 is not a number"),
    ],
)
def test_broken_tables_are_refused_by_line(write_files: Write, name: str, text: str, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        read_confounds(write_files({name: text}) / name)
    assert message in str(caught.value)


def test_a_form_that_does_not_fit_is_refused(write_files: Write) -> None:
    path = write_files({"a.txt": "1 2 3\n4 5 6\n"}) / "a.txt"
    with pytest.raises(RequestError, match="has 3 columns, but motion parameters of the form 'mcflirt' have 6"):
        read_confounds(path, "mcflirt")
    with pytest.raises(RequestError, match="no form of confounds"):
        read_confounds(path, "fsl")


@given(
    motion=hnp.arrays(np.float64, st.tuples(st.integers(1, 8), st.just(6)), elements=st.floats(-1e3, 1e3)),
    shift=hnp.arrays(np.float64, 6, elements=st.floats(-1e3, 1e3)),
)
def test_displacement_is_never_negative_and_does_not_see_where_the_head_lies(motion: np.ndarray, shift: np.ndarray) -> None:
    displacement_mm = framewise_displacement(motion)
    assert len(displacement_mm) == len(motion)
    assert np.isnan(displacement_mm[0])
    assert (displacement_mm[1:] >= 0).all()
    np.testing.assert_allclose(framewise_displacement(motion + shift), displacement_mm, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(framewise_displacement(motion[::-1])[1:], displacement_mm[:0:-1], rtol=1e-9, atol=1e-9)


def test_the_order_of_motion_is_written_down() -> None:
    assert MOTION == ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")
