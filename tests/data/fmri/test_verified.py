import os
import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from neurostudio.core.errors import Cancelled, RequestError
from neurostudio.data.fmri import verified
from neurostudio.data.fmri.cache import cache_root
from neurostudio.data.fmri.header import read_header
from neurostudio.data.fmri.image import open_image
from neurostudio.data.fmri.verified import is_remembered, verify


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A compressed run of 6 volumes."""
    values = np.random.default_rng(0).normal(300, 200, (20, 20, 10, 6)).astype(np.int16)
    nib.save(nib.Nifti1Image(values, np.eye(4)), tmp_path / "run.nii.gz")
    return tmp_path / "run.nii.gz"


def records() -> list[Path]:
    return sorted((cache_root() / "verified").glob("*")) if (cache_root() / "verified").exists() else []


def damage(path: Path) -> None:
    """Flip one byte, and leave size and time as they were."""
    state = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def test_an_image_is_read_once_and_then_remembered(run: Path) -> None:
    told: list[tuple[int, int]] = []
    assert verify(run, lambda done, total: told.append((done, total)))
    assert told[-1] == (6, 6)
    assert not verify(run)
    assert len(records()) == 1


def test_what_was_loaded_needs_no_second_pass(run: Path) -> None:
    open_image(run).load()
    assert not verify(run)


def test_a_damaged_image_is_refused_each_time_and_never_remembered(run: Path) -> None:
    damage(run)
    for _ in range(2):
        with pytest.raises(RequestError, match="is damaged"):
            verify(run)
    with pytest.raises(RequestError, match="is damaged"):
        open_image(run).load()
    assert not records()


@pytest.mark.skipif(os.name != "posix", reason="the time of the last change of a file can be set back elsewhere")
def test_damage_that_keeps_size_and_time_is_still_seen(run: Path) -> None:
    verify(run)
    damage(run)
    with pytest.raises(RequestError, match="is damaged"):
        verify(run)


def test_another_image_of_the_same_name_is_read_again(run: Path) -> None:
    verify(run)
    values = np.random.default_rng(1).normal(300, 200, (20, 20, 10, 6)).astype(np.int16)
    nib.save(nib.Nifti1Image(values, np.eye(4)), run)
    assert not is_remembered(read_header(run))
    assert verify(run)


def test_a_damaged_record_only_means_another_pass(run: Path) -> None:
    verify(run)
    for content in (b"", b"\xff\xfe", b"[1, 2", b"{}", b"null"):
        records()[0].write_bytes(content)
        assert verify(run)
        assert not verify(run)


def test_a_cache_that_cannot_be_written_changes_nothing(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    monkeypatch.setenv("NEUROSTUDIO_CACHE", str(blocked))
    assert verify(run)
    assert verify(run)


def test_a_cancelled_pass_is_not_remembered(run: Path) -> None:
    with pytest.raises(Cancelled):
        verify(run, should_stop=lambda: True)
    assert not records()


def test_what_has_no_checksum_is_judged_by_its_length(tmp_path: Path) -> None:
    path = tmp_path / "run.nii"
    nib.save(nib.Nifti1Image(np.zeros((3, 3, 3, 4), np.int16), np.eye(4)), path)
    told: list[tuple[int, int]] = []
    assert not verify(path, lambda done, total: told.append((done, total)))
    assert told == [(4, 4)]
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(RequestError, match="is truncated"):
        verify(path)


def test_several_programs_may_verify_at_once(run: Path) -> None:
    code = "import sys; from pathlib import Path; from neurostudio.data.fmri.verified import verify; verify(Path(sys.argv[1]))"
    programs = [subprocess.Popen([sys.executable, "-c", code, str(run)], env=os.environ.copy()) for _ in range(2)]
    assert [program.wait() for program in programs] == [0, 0]
    assert not verify(run)
    assert len(records()) == 1


def test_the_oldest_records_are_forgotten(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verified, "MOST_RECORDS", 8)
    folder = cache_root() / "verified"
    folder.mkdir(parents=True)
    for number in range(8):
        (folder / f"old-{number}.json").write_text("{}")
        os.utime(folder / f"old-{number}.json", (number, number))
    verify(run)
    assert len(records()) == 6
    assert not verify(run)
    assert not (folder / "old-0.json").exists()
    assert (folder / "old-7.json").exists()
