"""Word vectors in text layouts."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neurostudio.core.errors import RequestError
from neurostudio.data import Problem, inspect, open_data, recognise
from neurostudio.data.readers.word_vectors import read_word_vectors

KIND = "word-vectors"
GLOVE = "the 0.1 -0.2 3\nfilm 1e-3 0 0.5\n2 0.25 0.5 0.75\n. . . 1 2 3\n"


def write(folder: Path, text: str, name: str = "vectors.txt") -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def only_problem(path: Path) -> Problem:
    (problem,) = inspect(path, KIND).problems
    return problem


@pytest.mark.parametrize("header", ["", "4 3\n"])
@pytest.mark.parametrize("name", ["vectors.txt", "vectors.vec.gz"])
def test_words_and_numbers_are_read_with_or_without_header(tmp_path: Path, header: str, name: str) -> None:
    path = write(tmp_path, header + GLOVE, name)
    assert recognise(path) == KIND
    vectors = open_data(path, KIND)
    assert vectors.words == ("the", "film", "2", ". . .")
    assert vectors.vectors.dtype == np.float32
    assert vectors.vectors.tolist()[2] == [0.25, 0.5, 0.75]
    assert vectors.n_dim == 3
    report = inspect(path)
    assert report.problems == ()
    assert (report.facts["words"], report.facts["dimensions"], report.facts["header"]) == (4, 3, bool(header))


def test_only_the_words_asked_for_are_kept(tmp_path: Path) -> None:
    vectors = read_word_vectors(write(tmp_path, GLOVE), keep={"film", "2", "absent"})
    assert vectors.words == ("film", "2")
    assert vectors.vectors.shape == (2, 3)
    assert read_word_vectors(write(tmp_path, GLOVE), keep=()).vectors.shape == (0, 3)


def test_blanks_at_line_ends_and_tabs_are_accepted(tmp_path: Path) -> None:
    assert open_data(write(tmp_path, "a\t1\t2 \nb\t3\t4 \n"), KIND).vectors.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("film 0.5 1", "holds 2 numbers"),
        ("film 0.5 1 2 3", "holds 4 numbers"),
        (" 1 2 3", "no word"),
        ("bad 1 x 3", "is no number"),
    ],
)
def test_a_line_of_a_wrong_length_is_an_error_that_names_it(tmp_path: Path, line: str, said: str) -> None:
    path = write(tmp_path, GLOVE + line + "\n")
    problem = only_problem(path)
    assert (problem.severity, problem.lines) == ("error", (5,))
    assert said in problem.message
    with pytest.raises(RequestError, match="line 5"):
        open_data(path, KIND)


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e60"])
def test_numbers_without_bound_are_an_error_that_names_the_line(tmp_path: Path, number: str) -> None:
    problem = only_problem(write(tmp_path, GLOVE + f"bad 1 {number} 2\n"))
    assert (problem.severity, problem.lines) == ("error", (5,))
    assert "NaN" in problem.message


def test_of_repeated_words_the_first_is_kept(tmp_path: Path) -> None:
    path = write(tmp_path, GLOVE + "the 9 9 9\n")
    problem = only_problem(path)
    assert (problem.severity, problem.lines) == ("warning", (5,))
    assert open_data(path, KIND).vectors[0].tolist() == pytest.approx([0.1, -0.2, 3])


def test_a_header_that_counts_other_words_is_warned_about(tmp_path: Path) -> None:
    problem = only_problem(write(tmp_path, "9 3\n" + GLOVE))
    assert (problem.severity, problem.lines) == ("warning", (1,))
    assert "9 words, the file holds 4" in problem.message


def test_a_header_that_says_other_dimensions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="header says 5 dimensions, but line 2 holds 3"):
        inspect(write(tmp_path, "4 5\n" + GLOVE), KIND)


@pytest.mark.parametrize("text", ["hello\n", "4 300\n", "one day it rained\n"])
def test_other_text_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(RequestError, match="holds no word vectors"):
        inspect(write(tmp_path, text), KIND)


def test_numbers_alone_are_not_taken_for_word_vectors(tmp_path: Path) -> None:
    assert recognise(write(tmp_path, "1 2 3\n4 5 6\n", "numbers.dat")) != KIND


WORD = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co", "Zs"], exclude_characters="\ufeff"), min_size=1, max_size=6
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(WORD, min_size=2, max_size=8, unique=True), n_dim=st.integers(2, 5), seed=st.integers(0, 99))
def test_vectors_come_back_as_they_were_written(tmp_path: Path, words: list[str], n_dim: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(len(words), n_dim)).astype(np.float32)
    rows = "".join(f"{word} {' '.join(map(str, row.tolist()))}\n" for word, row in zip(words, values, strict=True))
    read = open_data(write(tmp_path, f"{len(words)} {n_dim}\n{rows}"), KIND)
    assert read.words == tuple(words)
    np.testing.assert_array_equal(read.vectors, values)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | st.text(st.sampled_from("a 1.\n-e\t"), max_size=60).map(str.encode))
def test_any_bytes_give_vectors_or_a_refusal(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    try:
        vectors = open_data(path, KIND)
    except RequestError:
        return
    assert vectors.vectors.shape == (len(vectors.words), vectors.n_dim)
    assert np.isfinite(vectors.vectors).all()
