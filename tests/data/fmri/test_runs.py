"""Runs of a data set: repetition time, names, selection, options."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.core.errors import RequestError
from neurostudio.data import inspect
from neurostudio.data.fmri.assemble import Assembled, assemble_file, assemble_folder
from neurostudio.data.fmri.missing import Absence
from neurostudio.data.fmri.options import FmriOptions
from neurostudio.data.fmri.runs import FmriData, MissingImage, RunFiles
from neurostudio.data.fmri.sidecars import n_discarded, repetition_time, slice_timing_problem

Write = Callable[[Mapping[str, object]], Path]
Image = Callable[..., bytes]
DESCRIPTION = {"Name": "test", "BIDSVersion": "1.9.0"}
EVENTS = "onset\tduration\ttrial_type\n1\t1\ta\n5\t1\tb\n"


def read(path: Path, **options: object) -> Assembled:
    chosen = FmriOptions.parse(options)
    return assemble_folder(path, chosen) if path.is_dir() else assemble_file(path, chosen)


# --- repetition time


@pytest.mark.parametrize(
    ("sidecar", "header_s", "chosen_s", "tr_s", "source", "severity", "words"),
    [
        ({"RepetitionTime": 1.5}, 1.5, None, 1.5, "sidecar", None, ""),
        ({"RepetitionTime": 1.5}, 1.507, None, 1.5, "sidecar", None, ""),
        ({"RepetitionTime": 1.5}, None, None, 1.5, "sidecar", None, ""),
        ({}, 2.5, None, 2.5, "header", None, ""),
        ({"RepetitionTime": "1.5"}, None, None, 1.5, "sidecar", None, ""),
        ({"RepetitionTime": 2}, 2000.0, None, 2.0, "sidecar", "note", "its unit is wrong"),
        ({"RepetitionTime": 2}, 0.002, None, 2.0, "sidecar", "note", "its unit is wrong"),
        ({}, 0.002, None, None, "", "error", "0.002 s, which is most likely 2 s"),
        (
            {"RepetitionTime": 3},
            1.0,
            None,
            None,
            "",
            "error",
            "sidecar says a TR of 3 s, the header says 1 s; choose the right one",
        ),
        ({"RepetitionTime": 2000}, 2.0, None, None, "", "error", "--option tr_s=2000"),
        ({"RepetitionTime": 2000}, 2000.0, None, None, "", "error", "most likely 2000 ms"),
        ({}, 2000.0, None, None, "", "error", "--option tr_s=2)"),
        ({}, None, None, None, "", "warning", "The TR is not known"),
        ({"RepetitionTime": -1}, None, None, None, "", "warning", "no positive number"),
        ({"RepetitionTime": "soon"}, 2.0, None, 2.0, "header", "warning", "'soon', no positive number"),
        ({"VolumeTiming": [0, 2, 4, 6]}, None, None, 2.0, "sidecar", None, ""),
        ({"VolumeTiming": [0, 2, 7]}, None, None, None, "", "warning", "not taken at even times"),
        ({"RepetitionTime": 3}, 1.0, 3.0, 3.0, "option", "warning", "but the header says 1 s"),
        ({}, None, 3.0, 3.0, "option", None, ""),
    ],
)
def test_the_sources_of_the_repetition_time_are_weighed(
    sidecar: dict[str, object],
    header_s: float | None,
    chosen_s: float | None,
    tr_s: float | None,
    source: str,
    severity: str | None,
    words: str,
) -> None:
    found = repetition_time(sidecar, header_s, chosen_s)
    assert (found.tr_s, found.source) == (tr_s, source)
    assert (found.problem.severity if found.problem else None) == severity
    assert words in (found.problem.message if found.problem else "")


@given(
    written_s=st.none() | st.floats(0.01, 5000),
    header_s=st.none() | st.floats(0.01, 5000),
    chosen_s=st.none() | st.floats(0.01, 100),
)
def test_a_known_time_is_one_of_the_sources_and_a_choice_ends_every_question(
    written_s: float | None, header_s: float | None, chosen_s: float | None
) -> None:
    sidecar = {} if written_s is None else {"RepetitionTime": written_s}
    found = repetition_time(sidecar, header_s, chosen_s)
    assert found.tr_s in (None, written_s, header_s, chosen_s)
    if chosen_s is not None:
        assert (found.tr_s, found.candidates_s) == (chosen_s, ())
    is_question = found.problem is not None and found.problem.severity == "error"
    assert is_question == bool(found.candidates_s)
    if is_question:
        assert found.tr_s is None


@pytest.mark.parametrize(
    ("sidecar", "words"),
    [
        ({"SliceTiming": [0, 0.5]}, ""),
        ({"SliceTiming": [0, 0.5, 1]}, "has 3 times, but the image has 2 slices"),
        ({"SliceTiming": [0, 500]}, "may be in milliseconds"),
        ({"SliceTiming": "asc"}, "no list of numbers"),
        ({"SliceTiming": [0, 1, 1.5], "SliceEncodingDirection": "j-"}, ""),
        ({}, ""),
    ],
)
def test_slice_timing_is_compared_with_the_image(sidecar: dict[str, object], words: str) -> None:
    problem = slice_timing_problem(sidecar, (2, 3, 2), 2.0)
    assert words in problem.message if problem else words == ""


def test_discarded_volumes_are_counted() -> None:
    sidecar = {"NumberOfVolumesDiscardedByScanner": 4, "NumberOfVolumesDiscardedByUser": 1}
    assert (n_discarded(sidecar), n_discarded({}), n_discarded({"NumberOfVolumesDiscardedByUser": "many"})) == (5, 0, 0)


# --- folders and files


def test_a_bids_run_has_everything_that_belongs_to_it(write_files: Write, image: Image) -> None:
    folder = write_files(
        {
            "dataset_description.json": DESCRIPTION,
            "task-a_bold.json": {"RepetitionTime": 2.0, "NumberOfVolumesDiscardedByUser": 2},
            "task-a_events.tsv": EVENTS,
            "sub-01/anat/sub-01_T1w.nii.gz": image((2, 2, 2)),
            "sub-01/func/sub-01_task-a_run-1_bold.nii.gz": image(),
            "sub-01/func/sub-01_task-a_run-1_bold.json": {"EchoTime": 0.03},
        }
    )
    found = read(folder)
    (run,) = found.data.runs
    assert (run.name, run.tr_s, run.tr_source, run.n_volumes) == ("sub-01_task-a_run-1", 2.0, "sidecar", 4)
    assert (run.subject, run.task, run.run, run.space, run.n_discarded) == ("01", "a", "1", "raw", 2)
    assert run.duration_s == 8.0
    assert run.sidecar["EchoTime"] == 0.03
    assert (run.events, run.anatomy) == (folder / "task-a_events.tsv", folder / "sub-01/anat/sub-01_T1w.nii.gz")
    assert (found.data.is_bids, found.data.n_missing, found.problems) == (True, 0, ())
    single = read(run.bold).data.runs
    assert len(single) == 1
    assert (single[0].tr_s, single[0].events, single[0].anatomy) == (2.0, run.events, run.anatomy)


def test_a_preprocessed_run_takes_the_time_of_its_source_and_not_its_slice_timing(write_files: Write, image: Image) -> None:
    prep = "derivatives/fmriprep"
    folder = write_files(
        {
            "dataset_description.json": DESCRIPTION,
            "task-a_bold.json": {"RepetitionTime": 2.0, "SliceTiming": [0, 1]},
            "task-a_events.tsv": EVENTS,
            "sub-01/func/sub-01_task-a_bold.nii.gz": image(),
            f"{prep}/dataset_description.json": {**DESCRIPTION, "DatasetType": "derivative"},
            f"{prep}/sub-01/func/sub-01_task-a_desc-preproc_bold.nii.gz": image(tr=0.0),
        }
    )
    raw, prepared = sorted(read(folder).data.runs, key=lambda run: run.is_preprocessed)
    assert (prepared.tr_s, prepared.tr_source, "SliceTiming" in prepared.sidecar) == (2.0, "sidecar", False)
    assert (prepared.space, raw.space, "SliceTiming" in raw.sidecar) == ("native", "raw", True)
    alone = read(prepared.bold).data.runs[0]
    assert (alone.tr_s, alone.events) == (2.0, folder / "task-a_events.tsv")


def test_one_conflict_is_told_once_for_all_runs(write_files: Write, image: Image) -> None:
    files: dict[str, object] = {"task-a_bold.json": {"RepetitionTime": 3.0}}
    folder = write_files({**files, **{f"sub-{n}/func/sub-{n}_task-a_bold.nii.gz": image(tr=1.0) for n in range(5)}})
    found = read(folder)
    assert [problem.message for problem in found.errors] == [
        (
            "sub-0_task-a, sub-1_task-a, sub-2_task-a and 2 more: The sidecar says a TR of 3 s, the header says 1 s; "
            "choose the right one with the option tr_s (--option tr_s=3)"
        )
    ]
    assert found.candidates_s == (3.0, 1.0)
    chosen = read(folder, tr_s="3")
    assert chosen.errors == ()
    assert {run.tr_s for run in chosen.data.runs} == {3.0}


def test_two_orientations_are_a_question_with_an_answer(write_files: Write, image: Image) -> None:
    path = write_files({"a.nii.gz": image(qform_code=1, offset_mm=10.0)}) / "a.nii.gz"
    found = read(path)
    assert len(found.errors) == 1
    assert "sform and qform" in found.errors[0].message
    assert "--option orientation=sform" in found.errors[0].message
    answered = read(path, orientation="qform")
    assert answered.errors == ()
    assert answered.data.runs[0].orientation == "qform"
    asked, told = (inspect(path, options=options).facts for options in ({}, {"orientation": "qform"}))
    assert (asked["affine_source"], told["affine_source"]) == ("unclear", "qform")
    assert asked["affine"] != told["affine"]


def test_a_header_without_orientation_is_said(write_files: Write, image: Image) -> None:
    found = read(write_files({"a.nii.gz": image(sform_code=0)}) / "a.nii.gz")
    assert [problem.message for problem in found.problems] == ["a: no orientation in the header; left and right are unknown"]


def test_haxby_runs_pair_with_the_only_tables_beside_them(shared_data: Callable[[str], Path]) -> None:
    folder = shared_data("fmri_haxby_runs")
    data = read(folder, files="bold_25mm.nii.gz").data
    assert [run.name for run in data.runs] == [f"task001_run{number:03}" for number in range(1, 9)]
    for run in data.runs:
        assert (run.tr_s, run.tr_source, run.n_volumes) == (2.5, "header", 121)
        assert run.events is not None
        assert run.confounds is not None
        assert (run.events.parent, run.events.name, run.confounds.name) == (run.bold.parent, "bold_events.tsv", "bold_moest.txt")
    assert [run.name for run in data.select(run="3,004")] == ["task001_run003", "task001_run004"]
    both = read(folder)
    assert len(both.data.runs) == 16
    assert len({run.name for run in both.data.runs}) == 16
    assert any("on 2 grids" in problem.message and "option files" in problem.message for problem in both.problems)
    single = read(folder / "task001_run002/bold_25mm.nii.gz").data.runs[0]
    assert single.events == folder / "task001_run002/bold_events.tsv"


def test_tables_named_after_an_image_win_over_others(write_files: Write, image: Image) -> None:
    tables = {
        "run1_events.tsv": EVENTS,
        "run2_events.tsv": EVENTS,
        "rp_run1.txt": "0 0 0 0 0 0\n",
        "run2_mcf.par": "0 0 0 0 0 0\n",
    }
    folder = write_files({"run1_bold.nii.gz": image(), "run2_bold.nii.gz": image(), "run3.nii.gz": image(), **tables})
    first, second, third = read(folder).data.runs
    assert (first.events, first.confounds) == (folder / "run1_events.tsv", folder / "rp_run1.txt")
    assert (second.events, second.confounds) == (folder / "run2_events.tsv", folder / "run2_mcf.par")
    assert (third.events, third.confounds) == (None, None)


def test_chosen_files_go_to_every_run(write_files: Write, image: Image) -> None:
    folder = write_files({"a.nii.gz": image(), "my.txt": "1 1 1\n", "b_mask.nii.gz": image((2, 3, 2))})
    run = read(folder / "a.nii.gz", events="my.txt", mask="b_mask.nii.gz").data.runs[0]
    assert (run.events, run.mask) == (folder / "my.txt", folder / "b_mask.nii.gz")
    with pytest.raises(RequestError, match=r"The confounds file 'none\.tsv' is not there"):
        read(folder / "a.nii.gz", confounds="none.tsv")


def test_broken_images_and_sidecars_are_left_out_and_named(write_files: Write, image: Image) -> None:
    folder = write_files(
        {
            "dataset_description.json": DESCRIPTION,
            "task-a_bold.json": "{",
            "sub-1/func/sub-1_task-a_bold.nii.gz": image(),
            "sub-2/func/sub-2_task-a_bold.nii.gz": b"no image at all" * 100,
            "sub-3/func/sub-3_task-a_bold.nii.gz": image((2, 3, 2)),
            "sub-4/func/sub-4_task-a_bold.nii.gz": b"",
        }
    )
    found = read(folder)
    assert [run.subject for run in found.data.runs] == ["1"]
    assert found.data.images == (folder / "sub-3/func/sub-3_task-a_bold.nii.gz",)
    messages = " | ".join(problem.message for problem in found.problems)
    assert "this is no JSON; the sidecar was left out" in messages
    assert "Left out:" in messages
    assert "sub-2_task-a_bold.nii.gz" in messages
    assert "1 images are called runs but hold one volume" in messages
    assert "sub-4/func/sub-4_task-a_bold.nii.gz: image not downloaded (an empty file)" in messages


# --- selection


def a_run(path: str, **entities: str) -> RunFiles:
    return RunFiles(Path(path).name, Path("/data") / path, entities=entities, path=path, is_preprocessed="desc" in entities)


DATA = FmriData(
    Path("/data"),
    True,
    (
        a_run("sub-01/sub-01_task-rest_run-1_bold.nii.gz", sub="01", task="rest", run="1"),
        a_run("sub-01/sub-01_task-rest_run-2_bold.nii.gz", sub="01", task="rest", run="2"),
        a_run("sub-02/sub-02_task-faces_bold.nii.gz", sub="02", task="faces"),
        a_run("prep/sub-02_task-faces_space-T1w_desc-preproc_bold.nii.gz", sub="02", task="faces", space="T1w", desc="preproc"),
    ),
)


def test_runs_are_selected_by_what_their_names_say() -> None:
    assert [run.run for run in DATA.select(subject="sub-01")] == ["1", "2"]
    assert [run.run for run in DATA.select(subject="1", run="02")] == ["2"]
    assert len(DATA.select(subject="01,2", space="raw")) == 3
    assert [run.space for run in DATA.select(space="T1w")] == ["T1w"]
    assert len(DATA.select(files="*run-1*")) == 1
    assert DATA.values("task") == ("faces", "rest")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"subject": "03"}, "has no run with the subject '03'. Choose from the subjects: 01, 02"),
        ({"subject": "01", "task": "faces"}, "has no run with the task 'faces'. Choose from the tasks: rest"),
        ({"files": "*.mgz"}, "No image in /data fits '*.mgz'. There are: sub-01_task-rest_run-1_bold.nii.gz"),
        ({}, "sub-02_task-faces is there in 2 spaces: raw, T1w. Choose one with the setting space"),
    ],
)
def test_what_cannot_be_selected_lists_what_there_is(asked: dict[str, str], message: str) -> None:
    with pytest.raises(RequestError) as caught:
        DATA.select(**asked)
    assert message in str(caught.value)


def test_two_versions_in_one_space_need_a_pattern() -> None:
    echoes = tuple(a_run(f"sub-1_task-a_echo-{number}_bold.nii.gz", sub="1", task="a", echo=str(number)) for number in (1, 2))
    with pytest.raises(RequestError, match=r"is there 2 times: .*Choose one with the setting files"):
        FmriData(Path("/data"), True, echoes).select()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (FmriData(Path("/d"), False, images=(Path("/d/t1.nii"),)), "holds 3D images only (1)"),
        (FmriData(Path("/d"), False, surfaces=(Path("/d/a.func.gii"),)), "holds values on surfaces or parcels"),
        (FmriData(Path("/d"), False), "holds no images"),
        (
            FmriData(Path("/d"), True, missing=(MissingImage("a.nii.gz", Absence("a git-annex pointer", 5_000_000)),)),
            "1 images were not downloaded (5.0 MB in all)",
        ),
    ],
)
def test_without_runs_a_selection_says_what_is_there_instead(data: FmriData, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        data.select()
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tr_s": "two"}, "'two' is no repetition time"),
        ({"tr_s": -1}, "'-1' is no repetition time"),
        ({"tr_s": "nan"}, "'nan' is no repetition time"),
        ({"orientation": "left"}, "'left' is no orientation of an image. Use one of: sform, qform"),
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(RequestError) as caught:
        FmriOptions.parse(options)
    assert message in str(caught.value)


def test_options_come_from_words_and_numbers() -> None:
    assert FmriOptions.parse({"tr_s": "2.5 s"}).tr_s == 2.5
    assert FmriOptions.parse({"tr_s": 3, "files": " *.nii "}).as_dict() == {"tr_s": 3.0, "files": "*.nii"}
    assert FmriOptions.parse({}).as_dict() == {}
