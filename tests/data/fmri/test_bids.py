"""Names of BIDS, inheritance, pairing, missing images and the index of a folder."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.bids import folders_above, is_entity_subset, parse_name
from neurostudio.data.fmri.bids_index import FolderIndex, cache_folder
from neurostudio.data.fmri.found import Found
from neurostudio.data.fmri.missing import absence_of
from neurostudio.data.fmri.pairing import find_bids_runs

Write = Callable[[Mapping[str, object]], Path]
Image = Callable[..., bytes]

DESCRIPTION = {"Name": "test", "BIDSVersion": "1.9.0"}
DERIVED = {**DESCRIPTION, "DatasetType": "derivative"}
ANNEX_KEY = "MD5E-s1228727694--0123456789abcdef0123456789abcdef.nii.gz"


def found_in(folder: Path) -> Found:
    with FolderIndex(folder) as index:
        return find_bids_runs(index)


def test_a_name_is_taken_apart() -> None:
    name = parse_name("sub-01/ses-2/func/sub-01_ses-2_task-rest_run-1_space-T1w_desc-preproc_bold.nii.gz")
    assert name is not None
    assert name.entities == {"sub": "01", "ses": "2", "task": "rest", "run": "1", "space": "T1w", "desc": "preproc"}
    assert (name.suffix, name.extension, name.folder) == ("bold", ".nii.gz", "sub-01/ses-2/func")
    assert name.is_bold
    assert not name.is_confounds


@pytest.mark.parametrize(
    ("path", "suffix", "extension"),
    [
        ("sub-1_task-a_space-fsLR_den-91k_bold.dtseries.nii", "bold", ".dtseries.nii"),
        ("sub-1_task-a_hemi-L_space-fsaverage_bold.func.gii", "bold", ".func.gii"),
        ("task-a_events.tsv", "events", ".tsv"),
        ("bold.json", "bold", ".json"),
    ],
)
def test_double_extensions_are_whole(path: str, suffix: str, extension: str) -> None:
    name = parse_name(path)
    assert name is not None
    assert (name.suffix, name.extension, name.is_bold) == (suffix, extension, False)


@pytest.mark.parametrize(
    "path", ["README", "sub-01_something_bold.nii.gz", "sub-01_sub-02_bold.nii", "sub-01_task-a.nii", "_.nii"]
)
def test_other_names_are_none_of_bids(path: str) -> None:
    name = parse_name(path)
    assert name is None


@pytest.mark.parametrize(
    "path",
    [
        "sub-1_task-a_desc-confounds_timeseries.tsv",
        "sub-1_task-a_desc-confounds_regressors.tsv",
        "sub-1_task-a_confounds_regressors.tsv",
        "sub-1_task-a_bold_confounds.tsv",
    ],
)
def test_confounds_are_known_by_every_name_they_had(path: str) -> None:
    name = parse_name(path)
    assert name is not None
    assert name.is_confounds


def test_names_of_the_first_fmriprep_are_read_as_their_successors() -> None:
    bold, mask = (parse_name(f"sub-1_task-a_bold_space-T1w_{word}.nii.gz") for word in ("preproc", "brainmask"))
    assert bold is not None
    assert mask is not None
    assert (bold.is_bold, bold.entities["desc"], mask.is_brain_mask) == (True, "preproc", True)


labels = st.text("abcXYZ019", min_size=1, max_size=4)
entity_names = st.sampled_from(["sub", "ses", "task", "acq", "run", "space", "desc"])


@given(entities=st.dictionaries(entity_names, labels, min_size=1), suffix=st.sampled_from(["bold", "T1w", "events"]))
def test_every_built_name_is_taken_apart_again(entities: dict[str, str], suffix: str) -> None:
    name = parse_name("_".join([*(f"{key}-{value}" for key, value in entities.items()), suffix]) + ".json")
    assert name is not None
    assert (name.entities, name.suffix) == (entities, suffix)


@given(few=st.dictionaries(entity_names, labels), more=st.dictionaries(entity_names, labels))
def test_a_part_of_the_entities_applies_to_the_whole(few: dict[str, str], more: dict[str, str]) -> None:
    assert is_entity_subset(few, {**more, **few})
    assert is_entity_subset({}, few)


def test_numbers_of_runs_are_compared_as_numbers() -> None:
    assert is_entity_subset({"run": "1"}, {"run": "01"})
    assert not is_entity_subset({"sub": "1"}, {"sub": "01"})
    assert list(folders_above("sub-01/func")) == ["", "sub-01", "sub-01/func"]


def test_sidecars_and_events_at_the_root_apply_to_all_subjects(write_files: Write, image: Image) -> None:
    folder = write_files(
        {
            "dataset_description.json": DESCRIPTION,
            "task-faces_bold.json": {"RepetitionTime": 2.0},
            "task-faces_events.tsv": "onset\tduration\n1\t1\n",
            "sub-01/sub-01_bold.json": {},
            "sub-01/func/sub-01_task-faces_run-1_bold.nii.gz": image(),
            "sub-01/func/sub-01_task-faces_run-1_bold.json": {},
            "sub-02/func/sub-02_task-faces_run-1_bold.nii.gz": image(),
            "sub-02/func/sub-02_task-faces_run-1_events.tsv": "onset\tduration\n2\t1\n",
            "sub-02/func/sub-02_task-rest_bold.nii.gz": image(),
        }
    )
    first, second, rest = found_in(folder).runs
    assert first.sidecars == [
        "task-faces_bold.json",
        "sub-01/sub-01_bold.json",
        "sub-01/func/sub-01_task-faces_run-1_bold.json",
    ]
    assert first.events == "task-faces_events.tsv"
    assert second.events == "sub-02/func/sub-02_task-faces_run-1_events.tsv"
    assert (rest.events, rest.sidecars) == ("", [])


def test_derivatives_find_confounds_masks_anatomy_and_the_events_of_the_raw_run(write_files: Write, image: Image) -> None:
    prep = "derivatives/fmriprep"
    mni = "space-MNI152NLin2009cAsym_res-2"
    folder = write_files(
        {
            "dataset_description.json": DESCRIPTION,
            "task-a_bold.json": {"RepetitionTime": 2.0, "SliceTiming": [0, 1]},
            "sub-01/anat/sub-01_T1w.nii.gz": image((2, 2, 2)),
            "sub-01/func/sub-01_task-a_run-01_bold.nii.gz": image(),
            "sub-01/func/sub-01_task-a_run-01_events.tsv": "onset\tduration\n1\t1\n",
            f"{prep}/dataset_description.json": DERIVED,
            f"{prep}/sub-01/anat/sub-01_desc-preproc_T1w.nii.gz": image((2, 2, 2)),
            f"{prep}/sub-01/anat/sub-01_{mni}_desc-preproc_T1w.nii.gz": image((2, 2, 2)),
            f"{prep}/sub-01/func/sub-01_task-a_run-01_desc-confounds_timeseries.tsv": "csf\n1\n2\n3\n4\n",
            f"{prep}/sub-01/func/sub-01_task-a_run-01_{mni}_boldref.nii.gz": image((2, 2, 2)),
            f"{prep}/sub-01/func/sub-01_task-a_run-01_{mni}_desc-aseg_dseg.nii.gz": image((2, 2, 2)),
            f"{prep}/sub-01/func/sub-01_task-a_run-01_{mni}_desc-brain_mask.nii.gz": image((2, 2, 2)),
            f"{prep}/sub-01/func/sub-01_task-a_run-01_{mni}_desc-preproc_bold.nii.gz": image(),
            f"{prep}/sub-01/func/sub-01_task-a_run-01_space-T1w_desc-brain_mask.nii.gz": image((2, 2, 2)),
            f"{prep}/sub-01/func/sub-01_task-a_run-01_space-T1w_desc-preproc_bold.nii.gz": image(),
        }
    )
    runs = {run.entities.get("space", ""): run for run in found_in(folder).runs}
    in_mni, in_t1w, raw = runs["MNI152NLin2009cAsym"], runs["T1w"], runs[""]
    assert (in_mni.is_preprocessed, raw.is_preprocessed) == (True, False)
    assert in_mni.mask.endswith(f"{mni}_desc-brain_mask.nii.gz")
    assert in_mni.reference.endswith(f"{mni}_boldref.nii.gz")
    assert in_mni.anatomy.endswith(f"{mni}_desc-preproc_T1w.nii.gz")
    assert in_t1w.mask.endswith("space-T1w_desc-brain_mask.nii.gz")
    assert in_t1w.anatomy == f"{prep}/sub-01/anat/sub-01_desc-preproc_T1w.nii.gz"
    assert raw.anatomy == "sub-01/anat/sub-01_T1w.nii.gz"
    assert raw.confounds == ""
    for run in (in_mni, in_t1w):
        assert run.confounds.endswith("desc-confounds_timeseries.tsv")
        assert run.events == "sub-01/func/sub-01_task-a_run-01_events.tsv"
        assert run.source_sidecars == ["task-a_bold.json"]


def test_runs_without_events_are_said_where_others_have_some(write_files: Write, image: Image) -> None:
    names = [f"sub-1_task-{task}" for task in ("a", "b", "rest")]
    files: dict[str, object] = {f"sub-1/func/{name}_bold.nii.gz": image() for name in names}
    found = found_in(write_files({**files, "sub-1/func/sub-1_task-a_events.tsv": "onset\tduration\n"}))
    assert [problem.message for problem in found.problems] == ["1 of 3 runs have no events: sub-1_task-b_bold.nii.gz"]


def test_a_published_tree_without_images_names_all_forty(shared_data: Callable[[str], Path]) -> None:
    found = found_in(shared_data("story_fmri_bids_skeleton"))
    assert (len(found.runs), len(found.missing)) == (0, 40)
    assert found.missing[0].path == "sub-015/func/sub-015_task-SemanticListening_run-01_bold.nii.gz"
    assert "only sub-015_task-SemanticListening_run-01_bold.json is here" in found.missing[0].words


def test_events_alone_tell_of_a_missing_image(write_files: Write, image: Image) -> None:
    folder = write_files(
        {
            "dataset_description.json": DESCRIPTION,
            "sub-1/func/sub-1_task-a_run-1_events.tsv": "onset\tduration\n",
            "sub-1/func/sub-1_task-b_bold.nii.gz": image(),
            "sub-1/func/sub-1_task-b_events.tsv": "onset\tduration\n",
            "sub-1/func/sub-1_task-b_hemi-L_space-fsaverage_bold.func.gii": b"<GIFTI/>",
            "sub-1/func/sub-1_task-b_hemi-L_space-fsaverage_bold.json": {},
            "sub-1/func/sub-1_task-b_part-phase_bold.nii.gz": image(),
            "sub-1/func/sub-1_task-b_part-phase_bold.json": {},
            "sub-1/eeg/sub-1_task-c_events.tsv": "onset\tduration\n",
        }
    )
    found = found_in(folder)
    assert [one.path for one in found.missing] == ["sub-1/func/sub-1_task-a_run-1_bold.nii.gz"]
    assert [run.path for run in found.runs] == ["sub-1/func/sub-1_task-b_bold.nii.gz"]


@pytest.mark.parametrize(
    ("content", "reason", "size_bytes"),
    [
        (b"", "an empty file", None),
        (f"/annex/objects/{ANNEX_KEY}\n".encode(), "a git-annex pointer", 1228727694),
        (f"../../.git/annex/objects/Pw/1x/{ANNEX_KEY}/{ANNEX_KEY}".encode(), "a git-annex pointer", 1228727694),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 4321\n", "a git-lfs pointer", 4321),
    ],
)
def test_stubs_are_named_with_the_size_of_the_image(tmp_path: Path, content: bytes, reason: str, size_bytes: int | None) -> None:
    path = tmp_path / "sub-1_bold.nii.gz"
    path.write_bytes(content)
    absence = absence_of(path)
    assert absence is not None
    assert (absence.reason, absence.size_bytes) == (reason, size_bytes)


def test_a_link_to_absent_annex_content_tells_its_size(tmp_path: Path, image: Image) -> None:
    folder = tmp_path / "sub-1" / "func"
    folder.mkdir(parents=True)
    (folder / "sub-1_task-a_bold.nii.gz").symlink_to(f"../../.git/annex/objects/P/1/{ANNEX_KEY}/{ANNEX_KEY}")
    (folder / "sub-1_task-b_bold.nii.gz").symlink_to("../../elsewhere.nii.gz")
    (folder / "sub-1_task-c_bold.nii.gz").write_bytes(image())
    found = found_in(tmp_path)
    assert [one.words for one in found.missing] == [
        "sub-1/func/sub-1_task-a_bold.nii.gz: image not downloaded (a link to git-annex content that is not here, 1.2 GB)",
        "sub-1/func/sub-1_task-b_bold.nii.gz: image not downloaded (a link to a file that is not here)",
    ]
    assert [run.path for run in found.runs] == ["sub-1/func/sub-1_task-c_bold.nii.gz"]


def test_a_small_real_image_is_no_stub(tmp_path: Path, image: Image) -> None:
    path = tmp_path / "a.nii.gz"
    path.write_bytes(image((1, 1, 1)))
    assert path.stat().st_size < 1024
    assert absence_of(path) is None


# --- the index


def test_what_was_read_is_remembered_until_the_file_changes(write_files: Write) -> None:
    folder = write_files({"sub-1/func/sub-1_bold.json": {"RepetitionTime": 2}, "sub-1/func/sub-1_bold.nii.gz": b"x"})
    image, sidecar = "sub-1/func/sub-1_bold.nii.gz", "sub-1/func/sub-1_bold.json"
    asked: list[Path] = []

    def read(path: Path) -> dict[str, object]:
        asked.append(path)
        return {"n": len(asked)}

    for _ in range(2):
        with FolderIndex(folder) as index:
            assert index.facts(image, read) == {"n": 1}
            assert index.sidecar(sidecar) == {"RepetitionTime": 2}
    assert asked == [folder / image]
    (folder / image).write_bytes(b"another")
    with FolderIndex(folder) as index:
        assert index.facts(image, read) == {"n": 2}
    (folder / image).unlink()
    with FolderIndex(folder) as index:
        assert list(index.files) == [sidecar]
    with sqlite3.connect(next(cache_folder().iterdir())) as connection:
        assert connection.execute("SELECT path FROM files").fetchall() == [(sidecar,)]
    connection.close()


@pytest.mark.parametrize("damage", [b"no database", b"", None])
def test_the_index_is_disposable(write_files: Write, damage: bytes | None) -> None:
    folder = write_files({"a_bold.json": {"RepetitionTime": 3}})
    for _ in range(3):
        with FolderIndex(folder) as index:
            assert index.sidecar("a_bold.json") == {"RepetitionTime": 3}
        (database,) = cache_folder().iterdir()
        if damage is None:
            database.unlink()
        else:
            database.write_bytes(damage)


def test_without_a_place_to_write_the_folder_is_read_all_the_same(
    write_files: Write, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path_factory.mktemp("blocked") / "file"
    blocked.write_text("a file where the cache should be")
    monkeypatch.setenv("NEUROSTUDIO_CACHE", str(blocked))
    with FolderIndex(write_files({"a_bold.json": {}})) as index:
        assert index.sidecar("a_bold.json") == {}


def test_several_processes_may_index_one_folder_at_once(write_files: Write) -> None:
    folder = write_files({f"sub-{number}/func/sub-{number}_bold.json": {"RepetitionTime": number + 1} for number in range(20)})
    code = (
        "import sys; from pathlib import Path; from neurostudio.data.fmri.bids_index import FolderIndex\n"
        "with FolderIndex(Path(sys.argv[1])) as index:\n"
        "    print(sum(index.sidecar(path)['RepetitionTime'] for path in index.files))"
    )
    others = [subprocess.Popen([sys.executable, "-c", code, folder], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [other.communicate()[0].strip() for other in others] == ["210"] * 3
    with FolderIndex(folder) as index:
        assert index.sidecar("sub-3/func/sub-3_bold.json") == {"RepetitionTime": 4}


def test_hidden_files_and_sources_are_left_out_and_linked_folders_entered_once(write_files: Write) -> None:
    folder = write_files({"sub-1/a.tsv": "x", ".git/b.tsv": "x", "sourcedata/c.tsv": "x", ".hidden.json": "{}"})
    (folder / "again").symlink_to(folder / "sub-1")
    (folder / "sub-1" / "up").symlink_to(folder)
    (folder / "outside").symlink_to(folder.parent)
    assert set(FolderIndex(folder).files) <= {"sub-1/a.tsv", "again/a.tsv"}
    assert len(FolderIndex(folder).files) >= 1


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"{", "line 1: this is no JSON"), (b"[1]", "holds no JSON object"), (b'{"a": "\xff"}', "is no JSON text")],
)
def test_a_broken_sidecar_is_named(write_files: Write, content: bytes, message: str) -> None:
    index = FolderIndex(write_files({"a_bold.json": content}))
    with pytest.raises(RequestError, match=message):
        index.sidecar("a_bold.json")


@given(content=st.binary(max_size=60))
def test_any_bytes_are_a_sidecar_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("sidecar")
    (folder / "a_bold.json").write_bytes(content)
    index = FolderIndex(folder, [""])
    try:
        found: object = index.sidecar("a_bold.json")
    except RequestError as error:
        found = error.what
    assert isinstance(found, dict) or "a_bold.json" in str(found)


def _tree(folder: Path, n_subject: int, n_run: int) -> int:
    """Write names as a data set of many subjects has them; images are empty but for their first bytes."""
    body = b"\x1f\x8b" + bytes(2000)
    n_file = 0
    for subject in range(n_subject):
        func = folder / f"sub-{subject:03}" / "func"
        func.mkdir(parents=True)
        for run in range(n_run):
            stem = f"sub-{subject:03}_task-story_run-{run:02}"
            for name, content in (
                (f"{stem}_bold.nii.gz", body),
                (f"{stem}_bold.json", b'{"RepetitionTime": 1.5}'),
                (f"{stem}_events.tsv", b"onset\tduration\n1\t1\n"),
                (f"{stem}_desc-confounds_timeseries.tsv", b"csf\n1\n"),
            ):
                (func / name).write_bytes(content)
                n_file += 1
    return n_file


@pytest.mark.parametrize(("n_subject", "n_run"), [(25, 15), pytest.param(100, 25, marks=pytest.mark.slow, id="ten thousand")])
def test_many_files_are_paired_without_opening_an_image(tmp_path: Path, n_subject: int, n_run: int) -> None:
    n_file = _tree(tmp_path, n_subject, n_run)
    with FolderIndex(tmp_path) as index:
        found = find_bids_runs(index)
        assert len(index.files) == n_file
        assert all(entry.facts is None for entry in index.files.values())
    assert len(found.runs) == n_subject * n_run
    assert all(run.events and run.confounds and len(run.sidecars) == 1 for run in found.runs)
    assert found.missing == []
