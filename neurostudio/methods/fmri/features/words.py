"""Features of words with times: how many, how long, how rare."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.words import read_words
from neurostudio.methods.fmri.features.resample import lanczos, mean_in_volume, sum_in_volume
from neurostudio.methods.fmri.features.spaces import RunClock, check_overlap


@dataclass(frozen=True, eq=False)
class RunWords:
    """The words of one run on its clock.

    Attributes
    ----------
    text : tuple of str
    onset_s, offset_s : ndarray, shape (n_word,)
        Seconds from the first stored volume.
    path : Path
    notes : tuple of str
        What was odd, for the log.
    """

    text: tuple[str, ...]
    onset_s: NDArray[np.float64]
    offset_s: NDArray[np.float64]
    path: Path
    notes: tuple[str, ...] = ()

    @property
    def middle_s(self) -> NDArray[np.float64]:
        """Middle of each word, seconds."""
        return (self.onset_s + self.offset_s) / 2


def words_of_run(path: Path, clock: RunClock, encoding: str = "", tier: str = "") -> RunWords:
    """Read the words of a run and put them on its clock; those past its end are left out and counted.

    Raises
    ------
    RequestError
        Unreadable, or next to no time in common with the run.
    """
    words = read_words(path, encoding or None)
    words = words.of_tier(tier or words.tiers[0]).filled()
    onset_s, offset_s = words.onset_s + clock.begins_s, words.offset_s + clock.begins_s
    if not np.isfinite(onset_s).any():
        raise RequestError(f"No word in {path} has a time", fix="Give words with an onset and an offset in seconds")
    check_overlap(str(path), clock, float(onset_s.min()), float(offset_s.max()))
    notes = [problem.message for problem in words.problems if problem.severity != "note"]
    late = int((onset_s >= clock.length_s).sum())
    if late:
        notes.append(
            f"{path.name}: {late} of {len(words)} words begin after the end of the run {clock.name} "
            f"({clock.length_s:g} s) and are left out"
        )
    kept = np.flatnonzero(onset_s < clock.length_s)
    return RunWords(tuple(words.text[place] for place in kept), onset_s[kept], offset_s[kept], path, tuple(notes))


def cheap_word_values(words: Sequence[RunWords], wanted: Sequence[str]) -> list[NDArray[np.float32]]:
    """Features of each word that need no model, ``(n_word, n_feature)`` for each run.

    ``rate`` is 1 a word, ``length`` the number of its characters, ``log-frequency`` the natural logarithm of its share of all
    words given, in lower case: closer to 0 for common words.
    """
    counts = Counter(word.casefold() for run in words for word in run.text)
    total = sum(counts.values())
    found = []
    for run in words:
        columns = {
            "rate": np.ones(len(run.text)),
            "length": np.array([len(word) for word in run.text], float),
            "log-frequency": np.log(np.array([counts[word.casefold()] for word in run.text], float) / max(total, 1)),
        }
        found.append(np.stack([columns[name] for name in wanted], axis=1).astype(np.float32))
    return found


def words_on_volumes(
    values: NDArray[np.float32], words: RunWords, clock: RunClock, how: str, *, counted: Sequence[int] = ()
) -> NDArray[np.float32]:
    """Features of words on the volumes of a run.

    Parameters
    ----------
    values : ndarray, shape (n_word, n_feature)
    how : str
        ``lanczos``: each word is an impulse at its middle. ``mean``: over the words that begin in a TR.
    counted : sequence of int
        Columns that are summed and not averaged in the mode ``mean``, such as the rate.
    """
    if how == "lanczos":
        order = np.argsort(words.middle_s, kind="stable")
        return lanczos(values[order], words.middle_s[order], clock.n_volumes, clock.tr_s, normalised=False)
    out = mean_in_volume(values, words.onset_s, clock.n_volumes, clock.tr_s)
    if counted:
        out[:, list(counted)] = sum_in_volume(values[:, list(counted)], words.onset_s, clock.n_volumes, clock.tr_s)
    return out
