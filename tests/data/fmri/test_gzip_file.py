import errno
import gzip
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri import gzip_file
from neurostudio.data.fmri.gzip_file import PatientFile, unpack_head
from neurostudio.data.fmri.image import open_image


class Dropping:
    """A file on a drive that drops: each of its first reads fails, and the rest succeeds."""

    def __init__(self, path: Path, failures: list[int]) -> None:
        self._file = path.open("rb", buffering=0)
        self._failures = failures

    def readinto(self, buffer: Any) -> int:
        if self._failures and self._file.tell():
            raise OSError(self._failures.pop(), "dropped")
        return self._file.readinto(memoryview(buffer)[:1000])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@pytest.fixture
def drop(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[int]], None]:
    """Let reading fail with these error numbers."""

    def arm(failures: list[int]) -> None:
        monkeypatch.setattr(gzip_file, "RETRY_AFTER_S", 0.0)
        monkeypatch.setattr(gzip_file, "_opened", lambda path: Dropping(path, failures))

    return arm


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run that takes more than one read."""
    values = np.random.default_rng(0).normal(300, 200, (20, 20, 10, 6)).astype(np.int16)
    nib.save(nib.Nifti1Image(values, np.eye(4)), tmp_path / "run.nii.gz")
    return tmp_path / "run.nii.gz"


def test_a_drive_that_drops_for_a_moment_is_waited_for(run: Path, drop: Callable[[list[int]], None]) -> None:
    expected = nib.load(run).get_fdata()
    drop([errno.EIO, errno.ESTALE, errno.EIO])
    image = open_image(run)
    image.load()
    assert np.array_equal(image.volume(5), expected[..., 5])


@pytest.mark.parametrize("failures", [[errno.EIO] * 20, [errno.EACCES]])
def test_a_drive_that_stays_away_is_a_clear_error(run: Path, drop: Callable[[list[int]], None], failures: list[int]) -> None:
    drop(failures)
    with pytest.raises(RequestError, match="can no longer be read after 0 of 48,000 bytes"):
        open_image(run).load()


def test_a_file_that_is_changed_while_it_is_read_is_refused(run: Path) -> None:
    image = open_image(run)
    with pytest.raises(RequestError, match="was changed while it was read"):
        image.load(lambda done, _: os.utime(run, (done, done)))
    assert image.n_loaded == 0


def test_reading_goes_on_where_it_was(tmp_path: Path) -> None:
    content = os.urandom(5000)
    (tmp_path / "x").write_bytes(content)
    with PatientFile(tmp_path / "x") as file:
        assert file.read(100) + file.read() == content


def test_the_head_is_taken_from_members_of_any_length() -> None:
    content = bytes(range(250)) * 2
    for size in (1, 100, 250, 500):
        packed = b"".join(gzip.compress(content[start : start + size]) for start in range(0, 500, size))
        assert unpack_head(packed, 300) == content[:300]
        assert unpack_head(packed + b"\0" * 10, 700) == content
        with pytest.raises(EOFError):
            unpack_head(packed[:-12], 700)
