"""The sample data that the program makes itself: the same seed always gives the same files, on every machine.

The demo, the tutorials and the tests use them; they need no network and no licence.
"""

from pathlib import Path

from neurostudio.core.files import write_text
from neurostudio.data.delimited import to_delimited
from neurostudio.data.sample_chinese import CHINESE
from neurostudio.data.sample_english import ENGLISH
from neurostudio.data.sample_fmri import write_sample_fmri
from neurostudio.data.sample_reviews import make_reviews
from neurostudio.data.sample_stories import make_stories
from neurostudio.data.sample_words import lexicon

__all__ = ["write_sample_corpus", "write_sample_fmri", "write_sample_reviews", "write_sample_reviews_chinese"]

REVIEWS_NAME = "sample_reviews.tsv"
CHINESE_REVIEWS_NAME = "sample_reviews_chinese.csv"
CORPUS_NAME = "sample_corpus.txt"


def write_sample_reviews(folder: Path, seed: int = 0, rows: int = 2400) -> Path:
    """Write English reviews, half positive and half negative, as a TSV with the columns ``text`` and ``label``.

    A classifier that only counts words gets eight to nine of ten right: in the others the words of praise or blame are
    negated, or taken back by a second clause.

    Parameters
    ----------
    folder : Path
        Made if it is missing.
    seed : int
        Another seed gives other reviews.
    rows : int
        Number of reviews; some thousands are possible.

    Returns
    -------
    Path
        The file, ``sample_reviews.tsv``.

    Raises
    ------
    ValueError
        More reviews were asked for than can be made without near duplicates.
    """
    reviews = make_reviews(ENGLISH, lexicon("english"), rows, seed)
    return _written(folder / REVIEWS_NAME, to_delimited([["text", "label"], *([text, label] for text, label in reviews)], "\t"))


def write_sample_reviews_chinese(folder: Path, seed: int = 0, rows: int = 800) -> Path:
    """Write Chinese reviews like `write_sample_reviews`, as a CSV with the columns ``label`` and ``text``."""
    reviews = make_reviews(CHINESE, lexicon("chinese"), rows, seed)
    lines = [["label", "text"], *([label, text] for text, label in reviews)]
    return _written(folder / CHINESE_REVIEWS_NAME, to_delimited(lines, ","))


def write_sample_corpus(folder: Path, seed: int = 0, stories: int = 400) -> Path:
    """Write short stories from a laboratory as plain text, one a paragraph, with a blank line between them."""
    return _written(folder / CORPUS_NAME, "\n\n".join(make_stories(stories, seed)) + "\n")


def _written(path: Path, text: str) -> Path:
    write_text(path, text)
    return path
