"""Rows of delimited text: quoting, delimiters, and the line of a quote that is never closed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.core.errors import RequestError
from neurostudio.data.delimited import find_delimiter, parse_delimited, to_delimited

PATH = Path("reviews.csv")
FIELD = st.text(st.sampled_from('ab "\t,;|\n\u2028é好'), max_size=8)


@given(
    rows=st.lists(st.lists(FIELD, min_size=3, max_size=3), min_size=1, max_size=6),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
)
def test_quoted_rows_come_back_as_they_were_written(rows: list[list[str]], delimiter: str) -> None:
    text = to_delimited(rows, delimiter)
    table = parse_delimited(text, PATH, delimiter, "csv")
    assert table.rows == rows
    lines = text.split("\n")
    for line, row in zip(table.lines, table.rows, strict=True):
        begin = row[0].split("\n")[0].replace('"', '""')
        assert lines[line - 1].removeprefix('"').startswith(begin)


@given(rows=st.lists(st.lists(st.text(st.sampled_from('ab ",;é'), max_size=8), min_size=2, max_size=2), min_size=1, max_size=6))
def test_bare_rows_keep_their_quotes(rows: list[list[str]]) -> None:
    text = "".join("\t".join(row) + "\n" for row in rows)
    assert parse_delimited(text, PATH, "\t", "none").rows == rows


def test_quotes_of_a_tab_separated_file_are_taken_as_meant() -> None:
    bare = 'label\tsentence\n1\t" we are fine , " he said .\n0\t" not so , " she said .\n1\t"quite"\n'
    assert parse_delimited(bare, PATH, "\t").quoting == "none"
    doubled = 'label\tsentence\n1\t"he said ""good"" twice"\n0\tplain words\n'
    assert parse_delimited(doubled, PATH, "\t").rows[1][1] == 'he said "good" twice'
    spread = 'label\tsentence\n1\t"two\nlines"\n0\tplain words\n'
    assert parse_delimited(spread, PATH, "\t").rows[1] == ["1", "two\nlines"]
    everywhere = 'label\tsentence\n1\t"one"\n0\t"two"\n'
    assert parse_delimited(everywhere, PATH, "\t").rows[1:] == [["1", "one"], ["0", "two"]]
    inside = 'label\tsentence\n1\t"a\ttab"\n0\tno tab\n'
    assert parse_delimited(inside, PATH, "\t").rows[1] == ["1", "a\ttab"]


def test_a_quote_that_is_never_closed_is_named_with_its_line() -> None:
    with pytest.raises(RequestError, match=r"reviews\.csv, line 3: the quoted field that begins here is never closed"):
        parse_delimited('label,text\n1,"fine"\n0,"never closed\n1,more\n', PATH, ",")


def test_a_quote_that_swallows_rows_is_named_with_the_line_where_it_began() -> None:
    with pytest.raises(RequestError, match=r"line 5: a quote closes in the middle of a field that began on line 3"):
        parse_delimited('label,text\n1,"fi\nne"\n'.replace("fi\nne", "fine") + '0,"open\n1,more\n1,"closed"\n', PATH, ",")


def test_a_quote_in_the_middle_of_a_bare_field_is_a_plain_character() -> None:
    assert parse_delimited('1,five 5" disks\n', PATH, ",").rows == [["1", 'five 5" disks']]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    lines = [["id", "remark"], ["1", "short and sweet"], ["2", "long, and; not so sweet"]]
    assert find_delimiter(to_delimited(lines, delimiter)) == delimiter


def test_prose_has_no_delimiter() -> None:
    assert find_delimiter("One day, she left.\nNobody knew why, or where, or when.\nThe end.\n") is None


def test_a_field_beyond_the_limit_of_the_parser_is_refused_not_crashed() -> None:
    with pytest.raises(RequestError, match="line 2"):
        parse_delimited('a,b\n"' + "x" * (1 << 24) + "\n", PATH, ",")
