import os
from pathlib import Path

import numpy as np
import pytest

from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.data.fmri import memory
from neurostudio.data.fmri.memory import Buffer, Room, free_memory, room_for

MB = 1_000_000


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """100 MB of free memory."""
    monkeypatch.setattr(memory, "free_memory", lambda: 100 * MB)
    monkeypatch.setattr(memory, "_free_disk", lambda _: 1000 * MB)
    return monkeypatch


def test_what_takes_at_most_two_fifths_of_the_free_memory_goes_there(machine: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert room_for(Path("x"), 40 * MB, tmp_path) == Room(40 * MB)
    assert room_for(Path("x"), 41 * MB, tmp_path) == Room(41 * MB, tmp_path)


def test_a_full_disk_leaves_it_to_memory_and_then_refuses_with_numbers(machine: pytest.MonkeyPatch, tmp_path: Path) -> None:
    machine.setattr(memory, "_free_disk", lambda _: 50 * MB)
    assert room_for(Path("x"), 80 * MB, tmp_path) == Room(80 * MB)
    with pytest.raises(RequestError) as caught:
        room_for(Path("bold.nii.gz"), 81 * MB, tmp_path)
    assert "bold.nii.gz is too large to unpack: it needs 81 MB" in str(caught.value)
    assert "100 MB of memory are free, and 50 MB on the disk" in str(caught.value)


def test_without_a_folder_it_is_the_cache_of_the_user(machine: pytest.MonkeyPatch, tmp_path: Path) -> None:
    machine.setenv("NEUROSTUDIO_CACHE", str(tmp_path))
    assert room_for(Path("x"), 50 * MB).folder == tmp_path / "scratch"


def test_a_buffer_on_the_disk_leaves_no_file_even_while_it_is_in_use(tmp_path: Path) -> None:
    buffer = Buffer(Room(10_000, tmp_path / "scratch"))
    buffer.values[:] = 7
    held = buffer.values
    if os.name == "posix":
        assert not list((tmp_path / "scratch").iterdir())
    buffer.close()
    assert not buffer.values.size
    assert (held == 7).all()


def test_the_space_on_the_disk_is_taken_at_once(tmp_path: Path) -> None:
    full = next((place for place in (Path("/dev/shm"),) if place.is_dir()), None)
    if full is None:
        pytest.skip("no small disk on this machine")
    too_much = os.statvfs(full).f_blocks * os.statvfs(full).f_frsize + 10 * MB
    with pytest.raises(NeuroError, match="disk is full"):
        Buffer(Room(too_much, full / "neurostudio-test"))
    assert not list((full / "neurostudio-test").iterdir())
    (full / "neurostudio-test").rmdir()


def test_what_killed_programs_left_is_swept(tmp_path: Path) -> None:
    (tmp_path / "scratch-999999999-ab.raw").write_bytes(b"x")
    (tmp_path / f"scratch-{os.getpid()}-ab.raw").write_bytes(b"x")
    (tmp_path / "notes.txt").write_text("mine")
    Buffer(Room(100, tmp_path)).close()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["notes.txt", f"scratch-{os.getpid()}-ab.raw"]


def test_a_container_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    group = tmp_path / "job" / "step"
    group.mkdir(parents=True)
    (tmp_path / "job" / "memory.max").write_text("3000000\n")
    (tmp_path / "job" / "memory.current").write_text("1000000\n")
    (tmp_path / "job" / "memory.stat").write_text("anon 5\ninactive_file 400000\n")
    (group / "memory.max").write_text("max\n")
    listing = tmp_path / "cgroup"
    listing.write_text("0::/job/step\n")
    monkeypatch.setattr(memory, "_CGROUPS", tmp_path)
    monkeypatch.setattr(memory, "_OWN_CGROUP", listing)
    assert free_memory() == 2_400_000
    listing.unlink()
    assert free_memory() > 2_400_000


def test_values_in_memory_are_bytes_to_write() -> None:
    buffer = Buffer(Room(12))
    assert buffer.values.dtype == np.uint8
    buffer.values.data[:] = bytes(range(12))
    assert buffer.values.tolist() == list(range(12))
