"""The reader of brain images: recognising, reports, questions, refusals, fingerprints."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from neurostudio.core.errors import RequestError
from neurostudio.data import inspect, open_data, recognise
from neurostudio.data.fmri.labels import open_labels
from neurostudio.data.fmri.runs import FmriData
from neurostudio.data.import_report import ImportReport
from neurostudio.data.registry import FingerprintingReader, fingerprint, readers

Write = Callable[[Mapping[str, object]], Path]
Image = Callable[..., bytes]
DESCRIPTION = {"Name": "test", "BIDSVersion": "1.9.0"}


def messages(report: ImportReport, severity: str = "") -> str:
    return " | ".join(problem.message for problem in report.problems if severity in ("", problem.severity))


# --- recognising


@pytest.mark.parametrize(
    "name",
    [
        "fmri_haxby_runs",
        "fmri_small_samples",
        "story_fmri_bids_skeleton",
        "fmri_atlas/yeo7_mni152_1mm_liberal.nii.gz",
        "fmri_audiovisual_bold/zstat1.nii.gz",
        "fmri_small_samples/task.func.gii",
        "fmri_small_samples/parcellated_cifti.ptseries.nii",
    ],
)
def test_real_brain_data_are_recognised(shared_data: Callable[[str], Path], name: str) -> None:
    assert recognise(shared_data(name)) == "fmri"


@pytest.mark.parametrize("name", ["text_story_cn", "fmri_confounds/test-v21_desc-confounds_timeseries.tsv", "text_english"])
def test_other_data_are_not_taken_for_brains(shared_data: Callable[[str], Path], name: str) -> None:
    assert recognise(shared_data(name)) != "fmri"


def test_a_folder_with_one_image_among_much_else_is_no_data_set(write_files: Write, image: Image) -> None:
    folder = write_files({"a.nii.gz": image(), "a.pdf": "x", "b.docx": "x", "c.png": "x", "notes.txt": "x"})
    assert readers()["fmri"].recognise(folder) == 0.0


def test_what_is_called_an_image_but_is_none_is_refused_as_an_image(write_files: Write) -> None:
    path = write_files({"a.nii.gz": "just text, and not a little of it" * 200}) / "a.nii.gz"
    assert recognise(path) == "fmri"
    with pytest.raises(RequestError, match=r"a\.nii\.gz is not a gzip file"):
        inspect(path)


def test_listing_and_recognising_imports_no_numpy(write_files: Write, image: Image) -> None:
    folder = write_files({"a.nii.gz": image()})
    code = "import sys; from neurostudio.data import recognise; print(recognise(sys.argv[1]), 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["fmri", "False"]


# --- reports of real data


def test_the_haxby_folder_reports_its_runs_and_how_to_choose(shared_data: Callable[[str], Path]) -> None:
    folder = shared_data("fmri_haxby_runs")
    report = inspect(folder)
    assert (report.kind, report.form, report.facts["runs"], report.facts["volumes"]) == ("fmri", "folder", 16, 1936)
    assert report.facts["file_patterns"] == {"bold_1slice.nii.gz": 8, "bold_25mm.nii.gz": 8}
    assert report.errors == ()
    chosen = inspect(folder, options={"files": "bold_25mm.nii.gz"})
    assert (chosen.problems, chosen.options) == ((), {"files": "bold_25mm.nii.gz"})
    assert chosen.facts["tr_s"] == "2.5"
    data = open_data(folder, "fmri", chosen.options)
    assert isinstance(data, FmriData)
    assert len(data.select()) == 8


def test_a_header_without_time_and_space_says_so_and_takes_the_answer(shared_data: Callable[[str], Path]) -> None:
    path = shared_data("fmri_audiovisual_bold/filtered_func_data.nii.gz")
    report = inspect(path)
    assert report.errors == ()
    assert "left and right are unknown" in messages(report, "warning")
    assert "The TR is not known" in messages(report, "warning")
    assert report.options == {}
    answered = inspect(path, options={"tr_s": "3"})
    assert answered.options == {"tr_s": 3.0}
    (run,) = open_data(path, "fmri", answered.options).runs
    assert (run.tr_s, run.tr_source, run.events) == (3.0, "option", path.parent / "events.tsv")


def test_a_time_in_milliseconds_is_a_question_with_an_answer(shared_data: Callable[[str], Path]) -> None:
    path = shared_data("fmri_small_samples/dwi_tr_in_ms_4d.nii.gz")
    report = inspect(path)
    assert "2000 s, which is most likely 2000 ms; choose the right one with the option tr_s (--option tr_s=2)" in messages(
        report, "error"
    )
    assert report.facts["tr_candidates_s"] == [2.0, 2000.0]
    with pytest.raises(RequestError, match="--option tr_s=2"):
        open_data(path, "fmri")
    assert inspect(path, options={"tr_s": 2}).errors == ()


def test_an_atlas_with_an_axis_of_one_is_an_image(shared_data: Callable[[str], Path]) -> None:
    path = shared_data("fmri_atlas/yeo7_mni152_1mm_liberal.nii.gz")
    report = inspect(path)
    assert (report.form, report.facts["shape"], report.facts["volumes"], report.facts["axes"]) == (
        "3D image",
        [256, 256, 256],
        1,
        "LIA",
    )
    data = open_data(path, "fmri")
    assert (data.runs, data.images) == ((), (path,))
    with pytest.raises(RequestError, match="holds 3D images only"):
        data.select()


def test_a_tree_without_images_is_told_and_not_a_crash(shared_data: Callable[[str], Path]) -> None:
    folder = shared_data("story_fmri_bids_skeleton")
    report = inspect(folder)
    assert (report.form, report.facts["runs"], report.facts["missing_images"], report.facts["subjects"]) == ("bids", 0, 40, 2)
    assert "40 images not downloaded, such as sub-015/func/" in messages(report, "warning")
    data = open_data(folder, "fmri", report.options)
    assert data.n_missing == 40
    with pytest.raises(RequestError, match="40 images were not downloaded"):
        data.select()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("parcellated_cifti.ptseries.nii", "CIFTI parcel series: 1,200 time points of 419 parcels, TR 0.72 s"),
        ("task.func.gii", "GIFTI series: 10 time points of 642 vertices"),
    ],
)
def test_series_on_surfaces_are_said_to_be_no_volumes(shared_data: Callable[[str], Path], name: str, words: str) -> None:
    path = shared_data(f"fmri_small_samples/{name}")
    report = inspect(path)
    assert f"{words}. It is no volume" in messages(report, "note")
    data = open_data(path, "fmri", report.options)
    assert (data.surfaces, data.runs) == ((path,), ())
    with pytest.raises(RequestError, match="surfaces or parcels and no volume"):
        data.select()


# --- what does not fit


def test_tables_that_do_not_fit_their_run_are_named(write_files: Write, image: Image) -> None:
    folder = write_files(
        {
            "dataset_description.json": DESCRIPTION,
            "task-a_bold.json": {"RepetitionTime": 2.0, "NumberOfVolumesDiscardedByScanner": 3},
            "sub-1/func/sub-1_task-a_bold.nii.gz": image((2, 3, 2, 30)),
            "sub-1/func/sub-1_task-a_events.tsv": "onset\tduration\ttrial_type\n5\t1\ta\n900\t1\tb\n",
            "sub-1/func/sub-1_task-a_desc-confounds_timeseries.tsv": "csf\n" + "1\n" * 29,
            "sub-2/func/sub-2_task-a_bold.nii.gz": image((2, 3, 2, 30)),
            "sub-2/func/sub-2_task-a_events.tsv": "onset\ttrial_type\n5\ta\n",
        }
    )
    report = inspect(folder)
    found = messages(report)
    assert report.errors == ()
    assert "sub-1_task-a: sub-1_task-a_events.tsv: 1 of 2 events begin after the end of the run at 60 s" in found
    assert "sub-1_task-a_desc-confounds_timeseries.tsv has 29 rows, but the image has 30 volumes" in found
    assert "sub-2_task-a: The events cannot be used:" in found
    assert "has no column 'duration'" in found
    assert "sub-1_task-a, sub-2_task-a: 3 volumes were discarded before the first stored one" in found


def test_a_mask_of_another_shape_is_named(write_files: Write, image: Image) -> None:
    folder = write_files({"a.nii.gz": image((4, 4, 3, 25)), "a_mask.nii.gz": image((5, 4, 3)), "none.nii": "no image" * 200})
    (problem,) = inspect(folder / "a.nii.gz").problems
    assert (
        problem.message
        == "a: The mask a_mask.nii.gz has another shape than its run: it has 5 x 4 x 3 and the image 4 x 4 x 3 voxels"
    )
    (problem,) = inspect(folder / "a.nii.gz", options={"mask": "none.nii"}).problems
    assert "The mask cannot be used" in problem.message


def damaged(whole: bytes) -> dict[str, bytes]:
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0xFF
    return {
        "flipped": bytes(flipped),
        "cut": whole[: len(whole) // 2],
        "empty": b"",
        "pointer": b"/annex/objects/MD5E-s1228727694--0123456789abcdef0123456789abcdef.nii.gz\n",
        "no gzip": b"GIF89a" + bytes(4000),
    }


def test_five_kinds_of_damage_give_five_sentences(tmp_path: Path, shared_data: Callable[[str], Path]) -> None:
    whole = shared_data("fmri_small_samples/tiny_4d.nii.gz").read_bytes()
    found = {}
    for name, content in damaged(whole).items():
        path = tmp_path / f"{name.replace(' ', '_')}.nii.gz"
        path.write_bytes(content)
        with pytest.raises(RequestError) as caught:
            inspect(path, "fmri")
        found[name] = str(caught.value).replace(str(path), "it")
        assert str(path) in str(caught.value)
    assert len(set(found.values())) == 5, found
    assert "1.2 GB" in found["pointer"]


def test_dicom_and_empty_folders_are_refused_with_what_to_do(write_files: Write) -> None:
    folder = write_files({"scans/IM001.dcm": bytes(128) + b"DICM" + bytes(300), "none/readme.txt": "x"})
    assert recognise(folder / "scans") == "fmri"
    with pytest.raises(RequestError, match=r"holds DICOM files.*dcm2niix"):
        inspect(folder / "scans", "fmri")
    with pytest.raises(RequestError, match="holds no brain images"):
        inspect(folder / "none", "fmri")


def test_an_unknown_option_is_refused_by_name(write_files: Write, image: Image) -> None:
    with pytest.raises(RequestError, match=r"no option 'tr'\. Options: tr_s, orientation, files, events, confounds, mask"):
        inspect(write_files({"a.nii.gz": image()}) / "a.nii.gz", options={"tr": 2})


def test_a_copied_image_keeps_the_time_of_its_sidecar(write_files: Write, image: Image, tmp_path: Path) -> None:
    path = write_files({"a.nii.gz": image(tr=0.0), "a.json": {"RepetitionTime": 1.25}}) / "a.nii.gz"
    report = inspect(path)
    assert report.options == {"tr_s": 1.25}
    (tmp_path / "copy").mkdir()
    copy = shutil.copy(path, tmp_path / "copy" / "b.nii.gz")
    assert open_data(copy, "fmri", report.options).runs[0].tr_s == 1.25


# --- fingerprints


def test_a_folder_is_known_again_without_reading_its_images(write_files: Write, image: Image, tmp_path: Path) -> None:
    assert isinstance(readers()["fmri"], FingerprintingReader)
    folder = write_files(
        {"set/a/a.nii.gz": image(), "set/a/a_events.tsv": "onset\tduration\n1\t1\n", "set/b.nii": image(compress=False)}
    )
    one, other = folder / "set", tmp_path / "moved"
    shutil.copytree(one, other)
    first = fingerprint(one, "fmri")
    assert fingerprint(other, "fmri") == first
    assert len(first) == 64
    changes: list[tuple[str, bytes]] = [
        ("a/a_events.tsv", b"onset\tduration\n2\t1\n"),
        ("a/a.nii.gz", image(values=range(1, 49))),
        ("b.nii", image(compress=False, values=range(1, 49))),
    ]
    for name, content in changes:
        before = (other / name).read_bytes()
        assert len(before) == len(content) or name.endswith(".gz")
        (other / name).write_bytes(content)
        assert fingerprint(other, "fmri") != first, name
        (other / name).write_bytes(before)
    assert fingerprint(other, "fmri") == first
    (other / "a/a.nii.gz").rename(other / "a/c.nii.gz")
    assert fingerprint(other, "fmri") != first


def test_derivatives_are_changed_when_the_events_of_their_source_are(write_files: Write, image: Image) -> None:
    folder = write_files(
        {
            "dataset_description.json": DESCRIPTION,
            "task-a_events.tsv": "onset\tduration\n1\t1\n",
            "sub-1/func/sub-1_task-a_bold.nii.gz": image(),
            "derivatives/prep/dataset_description.json": {**DESCRIPTION, "DatasetType": "derivative"},
            "derivatives/prep/sub-1/func/sub-1_task-a_desc-preproc_bold.nii.gz": image(),
        }
    )
    prepared = folder / "derivatives" / "prep"
    report = inspect(prepared)
    assert (report.form, report.facts["runs"], report.facts["runs_with_events"]) == ("bids-derivatives", 1, 1)
    assert f"of the raw data set are used: {folder}" in messages(report, "note")
    first = fingerprint(prepared, "fmri")
    (folder / "sub-1/func/sub-1_task-a_bold.nii.gz").write_bytes(b"another image")
    assert fingerprint(prepared, "fmri") == first
    (folder / "task-a_events.tsv").write_text("onset\tduration\n2\t1\n")
    assert fingerprint(prepared, "fmri") != first


def test_one_file_and_other_kinds_keep_the_checksum_of_their_bytes(write_files: Write, image: Image) -> None:
    from neurostudio.core.provenance import sha256_of

    folder = write_files({"a.nii.gz": image(), "table/b.csv": "x,y\n1,2\n"})
    assert fingerprint(folder / "a.nii.gz", "fmri") == sha256_of(folder / "a.nii.gz")
    assert fingerprint(folder / "table", "corpus") == sha256_of(folder / "table")


# --- labels of an image


def test_labels_are_named_at_a_point(shared_data: Callable[[str], Path], tmp_path: Path) -> None:
    path = shared_data("fmri_atlas/yeo7_mni152_1mm_liberal.nii.gz")
    labels = open_labels(path)
    assert labels.values() == (1, 2, 3, 4, 5, 6, 7)
    occipital = (-8.0, -90.0, 2.0)
    assert labels.name_at(occipital) == "label 1"
    assert labels.name_at((500.0, 0.0, 0.0)) == ""
    names = tmp_path / "names.tsv"
    names.write_text("index\tname\n1\tVisual\n")
    assert open_labels(path, names).name_at(occipital) == "Visual"


def test_an_image_of_fractions_is_no_label_image(shared_data: Callable[[str], Path]) -> None:
    with pytest.raises(RequestError, match="is no label image: its values are not whole"):
        open_labels(shared_data("fmri_audiovisual_bold/zstat1.nii.gz"))
    with pytest.raises(RequestError, match="has 40 volumes; a label image has one"):
        open_labels(shared_data("fmri_small_samples/fmri_LSP_1.nii.gz"))
