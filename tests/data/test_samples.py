"""The sample data: the same for one seed, diverse, readable by the readers, and neither trivial nor hopeless."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from neurostudio.data import inspect, open_data
from neurostudio.data.labelled_text.handle import LabelledText
from neurostudio.data.sample_english import ENGLISH
from neurostudio.data.sample_reviews import MAX_SHARED_RUNS, make_reviews
from neurostudio.data.sample_words import lexicon
from neurostudio.data.samples import write_sample_corpus, write_sample_reviews, write_sample_reviews_chinese

Writer = Callable[..., Path]
BOTH = pytest.mark.parametrize("write", [write_sample_reviews, write_sample_reviews_chinese])


def bag_of_words_accuracy(data: LabelledText, words: Callable[[str], list[str]]) -> float:
    """Accuracy on a held-out tenth of a logistic regression on which words occur."""
    tokens = [words(text) for text in data.texts]
    order = np.random.default_rng(0).permutation(len(data))
    test, train = order[: len(data) // 10], order[len(data) // 10 :]
    place = {word: number for number, word in enumerate(sorted({word for row in train for word in tokens[row]}))}
    occurs = np.zeros((len(data), len(place) + 1), np.float32)
    occurs[:, -1] = 1
    for row, found in enumerate(tokens):
        occurs[row, [place[word] for word in found if word in place]] = 1
    is_good = np.array(data.labels, np.float32)
    weights = np.zeros(len(place) + 1, np.float32)
    for _ in range(200):
        likely = 1 / (1 + np.exp(-(occurs[train] @ weights)))
        weights -= 2 * (occurs[train].T @ (likely - is_good[train]) / len(train) + 1e-3 * weights)
    return float(((occurs[test] @ weights > 0) == is_good[test]).mean())


@BOTH
def test_one_seed_gives_one_file_and_another_seed_another(tmp_path: Path, write: Writer) -> None:
    first = write(tmp_path / "a", seed=3, rows=200).read_bytes()
    assert write(tmp_path / "b", seed=3, rows=200).read_bytes() == first
    assert write(tmp_path / "c", seed=4, rows=200).read_bytes() != first


def test_the_english_reviews_are_labelled_text_without_a_problem(tmp_path: Path) -> None:
    report = inspect(write_sample_reviews(tmp_path))
    assert (report.kind, report.form, report.problems) == ("labelled-text", "tsv", ())
    assert report.facts["classes"] == {"negative": 1200, "positive": 1200}
    assert report.facts["language"] == "english"
    assert report.facts["words_per_sentence"]["max"] < 40


def test_the_chinese_reviews_are_labelled_text_without_a_problem(tmp_path: Path) -> None:
    report = inspect(write_sample_reviews_chinese(tmp_path))
    assert (report.kind, report.form, report.problems) == ("labelled-text", "csv", ())
    assert report.facts["classes"] == {"negative": 400, "positive": 400}
    assert report.facts["language"] == "chinese"


@pytest.mark.parametrize(
    ("write", "units", "length"),
    [
        (write_sample_reviews, lambda text: re.findall(r"[\w'-]+", text.lower()), 4),
        (write_sample_reviews_chinese, list, 4),
    ],
)
def test_no_two_reviews_are_nearly_the_same(
    tmp_path: Path, write: Writer, units: Callable[[str], list[str]], length: int
) -> None:
    data = open_data(write(tmp_path, rows=600), "labelled-text")
    runs_of = [
        {tuple(found[start : start + length]) for start in range(max(1, len(found) - length + 1))}
        for found in (units(text) for text in data.texts)
    ]
    for place, runs in enumerate(runs_of):
        for earlier in runs_of[:place]:
            assert len(runs & earlier) <= MAX_SHARED_RUNS * min(len(runs), len(earlier))


def test_counting_words_gets_most_english_reviews_right_but_not_all(tmp_path: Path) -> None:
    data = open_data(write_sample_reviews(tmp_path), "labelled-text")
    assert 0.7 < bag_of_words_accuracy(data, lambda text: re.findall(r"[\w'-]+", text.lower())) < 0.97


def test_counting_characters_gets_most_chinese_reviews_right_but_not_all(tmp_path: Path) -> None:
    data = open_data(write_sample_reviews_chinese(tmp_path), "labelled-text")
    assert 0.7 < bag_of_words_accuracy(data, list) < 0.97


def test_the_words_of_the_two_classes_do_not_mix() -> None:
    for language in ("english", "chinese"):
        words = lexicon(language)
        assert not set(words.good_adjectives) & set(words.bad_adjectives)
        said = Counter(
            phrase for subject in words.subjects for aspect in subject.aspects for phrase in (*aspect.good, *aspect.bad)
        )
        assert [phrase for phrase, count in said.items() if count > 1] == []
        assert all(len(subject.aspects) >= 5 for subject in words.subjects)


def test_more_reviews_than_there_are_is_refused() -> None:
    words = lexicon("english")
    few = replace(words, subjects=words.subjects[:1], good_adjectives=("good",), bad_adjectives=("bad",))
    with pytest.raises(ValueError, match=r"only \d+ different reviews can be made, 2000 were asked for"):
        make_reviews(ENGLISH, few, rows=2000, seed=0)


def test_the_corpus_is_plain_english_of_different_stories(tmp_path: Path) -> None:
    path = write_sample_corpus(tmp_path)
    report = inspect(path)
    assert (report.kind, report.problems, report.facts["language"]) == ("corpus", (), "english")
    stories = path.read_text(encoding="utf-8").strip().split("\n\n")
    assert len(stories) == len(set(stories)) == 400
    assert write_sample_corpus(tmp_path / "again").read_bytes() == path.read_bytes()
