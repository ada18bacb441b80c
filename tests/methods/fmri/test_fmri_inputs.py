"""From inputs to runs that can be trusted; and for each thing that is wrong one clear sentence."""

import gzip
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from neurostudio.core.context import NotebookContext
from neurostudio.core.errors import Cancelled, NeuroError, RequestError
from neurostudio.core.provenance import sha256_of
from neurostudio.data.fmri.write import write_volumes
from neurostudio.methods.fmri.inputs import bold_runs, mean_of_runs, write_runs_table
from neurostudio.methods.fmri.specs.selection import RunSelection

MakeContext = Callable[..., NotebookContext]
AFFINE = np.diag([4.0, 4.0, 5.0, 1.0])
ALL = RunSelection()


def write_bold(
    path: Path, n_time: int = 30, *, tr_s: float = 2.0, shift_mm: float = 0.0, shape: tuple[int, ...] = (5, 6, 4)
) -> Path:
    values = np.random.default_rng(len(path.name)).normal(500, 10, (n_time, *shape)).astype(np.float32)
    affine = AFFINE.copy()
    affine[0, 3] = shift_mm
    write_volumes(path, values, (*shape, n_time), affine, tr_s=tr_s)
    return path


def test_a_bids_folder_gives_its_runs_with_all_that_belongs_to_them(phantom: Path, make_context: MakeContext) -> None:
    context = make_context(("bold", phantom))
    runs = bold_runs(context, ALL, need_events=True)
    assert [run.files.run for run in runs] == ["1", "2", "3"]
    first = runs[0]
    data = np.asarray(nib.load(first.files.bold).dataobj, np.float32)
    assert (first.n_volumes, first.repetition_s, first.tr_source) == (100, 2.0, "sidecar")
    assert first.events is not None
    assert set(first.events.types) == {"woman", "man"}
    assert first.confounds is not None
    assert first.confounds.motion is not None
    assert first.mask is not None
    assert np.allclose(first.mean, data.mean(axis=3), rtol=1e-5)
    assert np.array_equal(first.usable, data.std(axis=3) > 0)
    assert first.sha256 == sha256_of(first.files.bold)
    assert np.array_equal(np.stack(list(first.volumes(context)), axis=3), data)
    assert first.image.shape == data.shape
    assert first.image.header.get_zooms()[3] == 2.0
    assert np.allclose(mean_of_runs(runs), np.mean([run.mean for run in runs], axis=0), rtol=1e-5)
    write_runs_table(context, runs, [100, 90, 80])
    assert [run.name for run in runs] == [f"sub-01_task-listening_run-{number}" for number in (1, 2, 3)]
    assert "sub-01_task-listening_run-3,100,80,2.0,sidecar" in context.artifacts["runs"].read_text(encoding="utf-8")


def test_a_selection_takes_what_it_names(phantom: Path, make_context: MakeContext) -> None:
    (run,) = bold_runs(make_context(("bold", phantom)), RunSelection(run="2"))
    assert run.files.run == "2"
    with pytest.raises(RequestError, match="run '7'"):
        bold_runs(make_context(("bold", phantom)), RunSelection(run="7"))


def test_single_files_are_taken_in_the_order_given_and_named_apart(tmp_path: Path, make_context: MakeContext) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = write_bold(tmp_path / "a" / "bold.nii.gz"), write_bold(tmp_path / "b" / "bold.nii.gz")
    runs = bold_runs(make_context(("bold", other), ("bold", one), ("bold", one)), ALL)
    assert [run.files.bold for run in runs] == [other, one, one]
    assert len({run.name for run in runs}) == 3


def test_the_volumes_of_another_run_are_taken_with_the_tr_of_their_header(tmp_path: Path, make_context: MakeContext) -> None:
    path = write_bold(tmp_path / "cleaned-1.nii.gz", tr_s=1.5)
    (run,) = bold_runs(make_context(("bold", path), kind="volume"), ALL)
    assert (run.name, run.repetition_s, run.tr_source, run.events, run.confounds) == ("cleaned-1", 1.5, "header", None, None)


def test_a_truncated_image_is_refused_by_name(phantom: Path, tmp_path: Path, make_context: MakeContext) -> None:
    whole = next((phantom / "sub-01" / "func").glob("*run-1*preproc_bold.nii.gz")).read_bytes()
    path = tmp_path / "cut_bold.nii.gz"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RequestError, match=r"cut_bold\.nii\.gz"):
        bold_runs(make_context(("bold", path)), ALL)


def test_a_flipped_byte_is_found(tmp_path: Path, make_context: MakeContext) -> None:
    path = write_bold(tmp_path / "bold.nii.gz", 60)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)
    with pytest.raises(RequestError, match=r"bold\.nii\.gz"):
        bold_runs(make_context(("bold", path)), ALL)


def test_one_volume_where_many_are_needed(tmp_path: Path, make_context: MakeContext) -> None:
    flat = tmp_path / "flat.nii.gz"
    write_volumes(flat, (np.ones((4, 4, 4)),), (4, 4, 4), AFFINE)
    stored_4d = tmp_path / "one.nii.gz"
    write_volumes(stored_4d, (np.ones((4, 4, 4)),), (4, 4, 4, 1), AFFINE)
    for path in (flat, stored_4d):
        with pytest.raises(RequestError, match="1 volume, and this needs >= 20"):
            bold_runs(make_context(("bold", path)), ALL)
    with pytest.raises(RequestError, match="12 volumes, and this needs >= 20"):
        bold_runs(make_context(("bold", write_bold(tmp_path / "short.nii.gz", 12))), ALL)
    assert bold_runs(make_context(("bold", tmp_path / "short.nii.gz")), ALL, least_volumes=5)[0].n_volumes == 12


def test_an_unknown_tr_has_to_be_said_and_a_stated_one_wins(tmp_path: Path, make_context: MakeContext) -> None:
    path = write_bold(tmp_path / "bold.nii.gz", tr_s=0.0)
    with pytest.raises(RequestError, match=r"selection\.tr_s|tr_s"):
        bold_runs(make_context(("bold", path)), ALL)
    (run,) = bold_runs(make_context(("bold", path)), RunSelection(tr_s=2.5))
    assert (run.tr_s, run.image.header.get_zooms()[3]) == (2.5, 2.5)
    assert bold_runs(make_context(("bold", path)), ALL, need_tr=False)[0].tr_s is None


def test_a_tr_that_sidecar_and_header_disagree_on_is_asked(tmp_path: Path, make_context: MakeContext) -> None:
    path = write_bold(tmp_path / "sub-1_task-x_bold.nii.gz", tr_s=2.0)
    (tmp_path / "sub-1_task-x_bold.json").write_text(json.dumps({"RepetitionTime": 3.0}))
    with pytest.raises(RequestError, match="tr_s"):
        bold_runs(make_context(("bold", path)), ALL)
    (run,) = bold_runs(make_context(("bold", path)), RunSelection(tr_s=3))
    assert run.tr_s == 3


def test_milliseconds_are_not_taken_for_seconds(shared_data: Callable[[str], Path], make_context: MakeContext) -> None:
    path = shared_data("fmri_small_samples/dwi_tr_in_ms_4d.nii.gz")
    with pytest.raises(RequestError, match="tr_s"):
        bold_runs(make_context(("bold", path)), ALL, least_volumes=2)
    assert bold_runs(make_context(("bold", path)), RunSelection(tr_s=2), least_volumes=2)[0].tr_s == 2


def test_runs_on_different_grids_are_refused_with_both_affines(tmp_path: Path, make_context: MakeContext) -> None:
    one, moved = write_bold(tmp_path / "one.nii.gz"), write_bold(tmp_path / "moved.nii.gz", shift_mm=3)
    with pytest.raises(RequestError, match=r"different grids.*\[4 0 0 0;.*\[4 0 0 3;"):
        bold_runs(make_context(("bold", one), ("bold", moved)), ALL)
    larger = write_bold(tmp_path / "larger.nii.gz", shape=(5, 6, 5))
    with pytest.raises(RequestError, match=r"5x6x4 .* 5x6x5"):
        bold_runs(make_context(("bold", one), ("bold", larger)), ALL)


def test_confounds_of_another_length_are_refused_with_both_lengths(tmp_path: Path, make_context: MakeContext) -> None:
    bold = write_bold(tmp_path / "bold.nii.gz")
    table = tmp_path / "confounds.tsv"
    table.write_text("csf\n" + "1.5\n" * 29)
    with pytest.raises(RequestError, match=r"29 rows, and .* has 30 volumes"):
        bold_runs(make_context(("bold", bold), ("confounds", table)), ALL)


def test_tables_go_to_the_runs_in_their_order(tmp_path: Path, make_context: MakeContext) -> None:
    bolds = [("bold", write_bold(tmp_path / f"bold{number}.nii.gz")) for number in (1, 2)]
    tables = []
    for number in (1, 2):
        table = tmp_path / f"table{number}.tsv"
        table.write_text("csf\n" + f"{number}\n" * 30)
        tables.append(("confounds", table))
    events = tmp_path / "design.tsv"
    events.write_text("onset\tduration\ttrial_type\n1\t2\ta\n30\t5\tb\n")
    runs = bold_runs(make_context(*bolds, *tables, ("events", events)), ALL, need_events=True)
    assert [run.confounds.columns["csf"][0] for run in runs if run.confounds] == [1, 2]
    assert [len(run.events or ()) for run in runs] == [2, 2]
    with pytest.raises(RequestError, match="1 tables were given for the role 'confounds', and there are 2 runs"):
        bold_runs(make_context(*bolds, tables[0]), ALL)


def test_events_of_another_run_are_refused_and_a_few_past_the_end_are_told(tmp_path: Path, make_context: MakeContext) -> None:
    bold = write_bold(tmp_path / "bold.nii.gz", 60)
    events = tmp_path / "e.tsv"
    events.write_text("onset\tduration\ttrial_type\n400\t10\ta\n500\t10\tb\n")
    with pytest.raises(RequestError, match=r"2 of 2 begin after its end.*lasts 120 s"):
        bold_runs(make_context(("bold", bold), ("events", events)), ALL)
    events.write_text("onset\tduration\ttrial_type\n100\t5\ta\n200\t5\tb\n300\t5\tb\n")
    with pytest.raises(RequestError, match="2 of 3 begin after its end"):
        bold_runs(make_context(("bold", bold), ("events", events)), ALL)
    events.write_text("onset\tduration\ttrial_type\n10\t5\ta\n90\t5\tb\n130\t5\tb\n")
    context = make_context(("bold", bold), ("events", events))
    assert bold_runs(context, ALL)[0].events is not None
    assert any(level == "warning" and "after the end" in words for level, words in context.messages)


def test_missing_events_are_refused_only_where_they_are_needed(tmp_path: Path, make_context: MakeContext) -> None:
    bold = write_bold(tmp_path / "bold.nii.gz")
    assert bold_runs(make_context(("bold", bold)), ALL)[0].events is None
    with pytest.raises(RequestError, match="no events for"):
        bold_runs(make_context(("bold", bold)), ALL, need_events=True)


def test_voxels_that_are_not_numbers_are_told_from_constant_ones(tmp_path: Path, make_context: MakeContext) -> None:
    values = np.random.default_rng(0).normal(100, 1, (25, 4, 4, 4)).astype(np.float32)
    values[3, 1, 1, 1], values[:, 2, 2, 2] = np.nan, 7
    path = tmp_path / "bold.nii.gz"
    write_volumes(path, values, (4, 4, 4, 25), AFFINE, tr_s=2)
    (run,) = bold_runs(make_context(("bold", path)), ALL)
    assert np.argwhere(~run.finite).tolist() == [[1, 1, 1]]
    assert np.argwhere(~run.usable).tolist() == [[1, 1, 1], [2, 2, 2]]
    assert np.isfinite(run.mean).all()


def test_reading_stops_when_asked(phantom: Path, make_context: MakeContext) -> None:
    context = make_context(("bold", phantom))
    context.stop_requested = True
    with pytest.raises(Cancelled):
        bold_runs(context, ALL)


def test_without_an_image_there_is_a_sentence(make_context: MakeContext) -> None:
    with pytest.raises(NeuroError, match="No image was given"):
        bold_runs(make_context(), ALL)


def test_a_file_that_is_no_gzip_is_refused(tmp_path: Path, make_context: MakeContext) -> None:
    path = tmp_path / "bold.nii.gz"
    path.write_bytes(gzip.decompress(write_bold(tmp_path / "real.nii.gz").read_bytes()))
    (tmp_path / "text.nii.gz").write_text("not an image")
    for wrong in (tmp_path / "text.nii.gz",):
        with pytest.raises(NeuroError, match=r"text\.nii\.gz"):
            bold_runs(make_context(("bold", wrong)), ALL)


def test_real_runs_of_a_loose_folder_are_read(haxby: Callable[..., Path], tmp_path: Path, make_context: MakeContext) -> None:
    folder = tmp_path / "runs"
    for number in (1, 2):
        name = f"task001_run00{number}"
        (folder / name).mkdir(parents=True)
        for part in ("bold_25mm.nii.gz", "bold_events.tsv", "bold_moest.txt"):
            shutil.copy(haxby(f"{name}/{part}"), folder / name / part)
    runs = [bold_runs(make_context(("bold", folder / f"task001_run00{number}")), ALL)[0] for number in (1, 2)]
    for run in runs:
        assert (run.n_volumes, run.tr_s) == (121, 2.5)
        assert run.events is not None
        assert len(run.events.types) == 8
        assert run.confounds is not None
        assert run.confounds.motion is not None
