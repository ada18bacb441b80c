"""Files are replaced whole or not at all, and disk troubles are explained."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from neurostudio.core.errors import NeuroError
from neurostudio.core.files import remove, replaced, write_json, write_text


def test_an_error_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    write_text(target, "old")
    with pytest.raises(ValueError, match="stop"), replaced(target) as partial:
        partial.write_text("new")
        raise ValueError("stop")
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_folder_replaces_a_folder(tmp_path: Path) -> None:
    target = tmp_path / "weights"
    for text in ("one", "two"):
        with replaced(target) as partial:
            partial.mkdir()
            (partial / text).write_text(text)
    assert [path.name for path in target.iterdir()] == ["two"]
    assert [path.name for path in tmp_path.iterdir()] == ["weights"]


def test_json_refuses_not_a_number(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "a.json", {"x": float("nan")})


def test_remove_takes_files_folders_and_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    (tmp_path / "file").touch()
    for name in ("folder", "file", "missing"):
        remove(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 64 kB; skipped by name where mounting is not allowed."""
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, check=False
    ).returncode:
        pytest.skip("mounting a tmpfs is not allowed here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_named_and_the_old_file_stays(small_disk: Path) -> None:
    write_text(small_disk / "a.txt", "old")
    with pytest.raises(NeuroError, match=r"Cannot write .*a\.txt\. The disk is full"):
        write_text(small_disk / "a.txt", "x" * 200_000)
    assert (small_disk / "a.txt").read_text() == "old"
    assert [path.name for path in small_disk.iterdir()] == ["a.txt"]


def test_a_read_only_disk_is_named(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(NeuroError, match="read-only"):
        write_text(small_disk / "a.txt", "new")
