"""Reading artifacts: what is whole is read, what is broken is one sentence without a place on this machine."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from neurostudio.core.errors import NeuroError
from neurostudio.report import ReportArtifact
from neurostudio.report.artifact_data import numbers, read_arrays, read_columns, read_table, read_text


def test_a_table_is_read_with_its_names_and_counted_in_full(table_artifact: Callable[..., ReportArtifact]) -> None:
    artifact = table_artifact({"词": ["好", 'a, "b"\nc'] * 10, "n": list(range(20))})
    table = read_table(artifact.path, limit=3)
    assert table.columns == ("词", "n")
    assert table.rows == (("好", "0"), ('a, "b"\nc', "1"), ("好", "2"))
    assert table.n_rows == 20


def test_short_rows_are_filled_and_empty_cells_are_nan(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1\n,2\n\n", encoding="utf-8")
    table = read_table(path)
    assert table.rows == (("1", ""), ("", "2"))
    assert np.isnan(numbers(table.column("b"), "b")[0])


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00broken\x80", b"PK\x03\x04 not whole"])
@pytest.mark.parametrize("name", ["t.csv", "t.npz", "t.npy"])
def test_a_damaged_file_is_one_sentence_that_names_only_the_file(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    read = read_table if name.endswith(".csv") else read_arrays
    if name.endswith(".csv") and content.startswith(b"PK"):
        assert read_table(path).n_rows == 0
        return
    with pytest.raises(NeuroError, match=name) as caught:
        read(path)
    assert str(tmp_path) not in str(caught.value)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    for read in (read_table, read_arrays, read_text):
        with pytest.raises(NeuroError, match=r"gone\.csv is missing"):
            read(tmp_path / "gone.csv")


def test_python_objects_in_an_array_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "objects.npz"
    np.savez(path, a=np.array([{"x": 1}], dtype=object))
    with pytest.raises(NeuroError, match=r"objects\.npz cannot be read"):
        read_arrays(path)


def test_a_word_among_numbers_is_named_with_its_row() -> None:
    with pytest.raises(NeuroError, match="Column 'x' holds 'many' in row 2"):
        numbers(["1", "many"], "x")


def test_a_bare_array_is_found_under_the_name_of_its_file(tmp_path: Path) -> None:
    np.save(tmp_path / "activity.npy", np.eye(3))
    columns = read_columns(ReportArtifact("activity", "array", tmp_path / "activity.npy"))
    assert list(columns) == ["activity"]


def test_a_text_is_cut_and_says_that_there_is_more(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_text("好" * 50, encoding="utf-8")
    assert read_text(path, 10) == ("好" * 10, True)
    assert read_text(path, 50) == ("好" * 50, False)


@pytest.mark.skipif(importlib.util.find_spec("pyarrow") is not None, reason="a parquet reader is installed")
def test_a_parquet_table_without_a_reader_names_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(NeuroError, match="pip install pyarrow"):
        read_table(tmp_path / "t.parquet")


def test_a_parquet_table_is_read_like_a_csv(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    pyarrow = pytest.importorskip("pyarrow")
    parquet.write_table(pyarrow.table({"a": [1, None, 3], "b": ["x", "y", "z"]}), tmp_path / "t.parquet")
    table = read_table(tmp_path / "t.parquet", limit=2)
    assert table.columns == ("a", "b")
    assert table.rows == (("1", "x"), ("", "y"))
    assert table.n_rows == 3
