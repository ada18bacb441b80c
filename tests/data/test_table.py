"""Tables of named columns."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neurostudio.core.errors import RequestError
from neurostudio.data import inspect, open_data, recognise
from neurostudio.data.delimited import to_delimited
from neurostudio.data.readers.table import column_type

KIND = "table"
PEOPLE = "name,age,height,born,smoker,note\nMara,31,1.7,1994-02-01,no,\nLin,28,NA,1997-11-30,yes,\n"


def write(folder: Path, text: str, name: str = "people.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_columns_are_read_with_their_types(tmp_path: Path) -> None:
    path = write(tmp_path, PEOPLE)
    report = inspect(path)
    assert (report.kind, report.form, report.facts["rows"]) == (KIND, "csv", 2)
    assert [(column["name"], column["type"], column["missing"]) for column in report.facts["columns"]] == [
        ("name", "text", 0),
        ("age", "integer", 0),
        ("height", "number", 1),
        ("born", "date", 0),
        ("smoker", "boolean", 0),
        ("note", "empty", 2),
    ]
    table = open_data(path, KIND, report.options)
    assert table.n_row == 2
    assert table.text("name") == ["Mara", "Lin"]
    np.testing.assert_array_equal(table.numbers("height"), [1.7, np.nan])


def test_a_field_that_is_no_number_is_named_with_its_line(tmp_path: Path) -> None:
    table = open_data(write(tmp_path, "a,b\n1,2\n\n3,x\n"), KIND)
    with pytest.raises(RequestError, match=r"people\.csv, line 4: 'x' in the column 'b' is not a number"):
        table.numbers("b")
    with pytest.raises(RequestError, match=r"no column 'c'\. Its columns are: a, b"):
        table.numbers("c")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,a\n1,2\n", "several columns 'a'"),
        ("a,,b\n1,2,3\n", "no name for column 2"),
        ("a,b\n", "header but no rows"),
        ("just words\nand more\n", "does not show columns"),
        ('a,b\n1,"2\n', "line 2: the quoted field"),
        (";\n;\n", "no rows"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        inspect(write(tmp_path, text), KIND)


def test_rows_of_another_width_are_named_and_refused_when_they_are_most(tmp_path: Path) -> None:
    report = inspect(write(tmp_path, "a;b;c\n1;2;3\n4;5\n6;7;8\n9;10;11;12\n"), KIND)
    assert report.options["delimiter"] == "semicolon"
    assert report.problems[0].lines == (3, 5)
    with pytest.raises(RequestError, match="do not have the 3 fields"):
        inspect(write(tmp_path, "a;b;c\n1;2\n4;5\n6;7\n"), KIND, {"delimiter": "semicolon"})


@pytest.mark.parametrize(
    ("fields", "guess"),
    [
        (["1", "-2", ""], "integer"),
        (["1", "2.5"], "number"),
        (["True", "no"], "boolean"),
        (["2026-11-24", "2026-11-24T10:00:00Z"], "date"),
        (["1", "one"], "text"),
        (["", "NA", "nan"], "empty"),
        (["1_000"], "text"),
    ],
)
def test_the_type_of_a_column_is_what_its_fields_have_in_common(fields: list[str], guess: str) -> None:
    assert column_type(fields) == guess


FIELD = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]) | st.sampled_from('\n\t",'), max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(FIELD, min_size=2, max_size=2), min_size=1, max_size=6), st.sampled_from([",", ";", "\t"]))
def test_fields_come_back_as_they_were_written(tmp_path: Path, rows: list[list[str]], delimiter: str) -> None:
    rows = [["first", ""], *rows]
    path = write(tmp_path, to_delimited([["a", "b"], *rows], delimiter))
    table = open_data(path, KIND, {"delimiter": delimiter, "quoting": "csv"})
    kept = [row for row in rows if any(field.strip() for field in row)]
    assert list(map(list, zip(table.text("a"), table.text("b"), strict=True))) == kept


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80) | st.text(st.sampled_from('ab1,;\t\n" '), max_size=60).map(str.encode))
def test_any_bytes_give_a_table_or_a_refusal(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    try:
        table = open_data(path, KIND)
    except RequestError:
        return
    assert all(len(fields) == table.n_row for fields in table.columns.values())


def test_parquet_without_its_packages_says_what_to_install(tmp_path: Path) -> None:
    if importlib.util.find_spec("pandas") and importlib.util.find_spec("pyarrow"):
        pytest.skip("pandas and pyarrow are installed here")
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1....PAR1")
    assert recognise(path) == KIND
    with pytest.raises(RequestError, match="pip install pandas pyarrow"):
        inspect(path)


def test_parquet_is_read_where_its_packages_are(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    path = tmp_path / "a.parquet"
    pandas.DataFrame({"a": [1, 2], "b": ["x", None]}).to_parquet(path)
    table = open_data(path, KIND)
    assert table.columns == {"a": ["1", "2"], "b": ["x", ""]}
    path.write_bytes(b"PAR1 nonsense")
    with pytest.raises(RequestError, match="not a readable Parquet"):
        open_data(path, KIND)
