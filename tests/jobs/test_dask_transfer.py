"""Files that travel in pieces."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neurostudio.core.errors import NeuroError
from neurostudio.core.files import remove, replaced
from neurostudio.jobs.dask import transfer
from neurostudio.jobs.dask.transfer import Landing, frozen_copy, pieces

NAMES = st.text("abcé. ", min_size=1, max_size=6).filter(lambda name: name.strip(". ") == name)
TREES = st.dictionaries(st.lists(NAMES, min_size=1, max_size=3).map("/".join), st.binary(max_size=40), max_size=6)


def make(folder: Path, tree: dict[str, bytes]) -> dict[str, bytes]:
    """Write files; a name that is a folder of another one is left out. Returns what was written."""
    folder.mkdir()
    written = {}
    for name, data in tree.items():
        if not any(other.startswith(f"{name}/") for other in tree):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
            written[name] = data
    return written


def read(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=TREES, piece_bytes=st.integers(1, 50))
def test_a_folder_lands_as_it_left(tmp_path: Path, tree: dict[str, bytes], piece_bytes: int) -> None:
    landing = Landing(tmp_path / "landing")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transfer, "PIECE_BYTES", piece_bytes)
        written = make(tmp_path / "source", tree)
        for message in pieces(tmp_path / "source", "a/b"):
            assert len(message["data"]) <= piece_bytes
            landing.take(message)
    assert read(landing.path("a/b")) == written
    landing.clear()
    remove(tmp_path / "source")
    assert not landing.folder.exists()


def test_an_empty_folder_and_an_empty_file_land_too(tmp_path: Path) -> None:
    (tmp_path / "source" / "empty").mkdir(parents=True)
    (tmp_path / "file").touch()
    landing = Landing(tmp_path / "landing")
    for message in [*pieces(tmp_path / "source", "s"), *pieces(tmp_path / "file", "f.txt")]:
        landing.take(message)
    assert landing.path("s/empty").is_dir()
    assert landing.path("f.txt").read_bytes() == b""


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../../outside"])
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(NeuroError, match="lies outside"):
        Landing(tmp_path / "landing").take({"op": "piece", "to": name, "data": b"x"})
    assert not (tmp_path / "outside").exists()


def test_a_frozen_copy_keeps_what_was_there_when_the_folder_is_replaced(tmp_path: Path) -> None:
    make(tmp_path / "checkpoint", {"state.json": b"old", "deep/weights": b"old too"})
    copy = frozen_copy(tmp_path / "checkpoint", tmp_path / "copy")
    with replaced(tmp_path / "checkpoint") as partial:
        make(partial, {"state.json": b"new"})
    assert read(copy) == {"state.json": b"old", "deep/weights": b"old too"}


def test_a_folder_that_is_replaced_while_it_is_frozen_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "checkpoint", {"a": b"old", "b": b"old"})
    link = os.link

    def link_and_replace(source: Path, target: Path) -> None:
        link(source, target)
        if source.name == "a":
            with replaced(tmp_path / "checkpoint") as partial:
                make(partial, {"a": b"new", "b": b"new"})

    monkeypatch.setattr(os, "link", link_and_replace)
    with pytest.raises(FileNotFoundError):
        frozen_copy(tmp_path / "checkpoint", tmp_path / "copy")


def test_a_disk_without_hard_links_gets_real_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "source", {"a": b"x"})

    def refuse(_source: Path, _target: Path) -> None:
        raise PermissionError("no hard links here")

    monkeypatch.setattr(os, "link", refuse)
    assert read(frozen_copy(tmp_path / "source", tmp_path / "copy")) == {"a": b"x"}
