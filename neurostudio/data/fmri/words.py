"""Words with their times: what was heard or read when, from forced alignment or by hand.

Read: Praat TextGrid (long and short), the CSV of the aligner Gentle, and tables with a column of words and columns of times.
All become one table: text, onset, offset, tier.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from neurostudio.core.errors import RequestError
from neurostudio.data.delimited import find_delimiter, parse_delimited
from neurostudio.data.encoding import read_text
from neurostudio.data.fmri.text_table import Floats, is_missing
from neurostudio.data.fmri.textgrid import is_praat_text, parse_textgrid
from neurostudio.data.import_report import Problem, kept_lines, lines_in_words, worst_first
from neurostudio.data.numbers import is_number

WORD_COLUMNS = ("word", "text", "token", "character", "char", "label", "transcript")
ONSET_COLUMNS = ("onset", "onset_s", "start", "start_s", "begin", "start_time", "xmin", "tmin")
OFFSET_COLUMNS = ("offset", "offset_s", "end", "end_s", "stop", "end_time", "xmax", "tmax")
DURATION_COLUMNS = ("duration", "duration_s", "dur")

_WORDS_TIER = "words"
_LONGEST_USUAL_S = 30.0
_SLACK_S = 1e-6
_GENTLE = {3: ("word", "start", "end"), 4: ("word", "aligned", "start", "end")}


@dataclass(frozen=True, eq=False)
class TimedWords:
    """Words, characters or sounds with their times.

    Attributes
    ----------
    text : tuple of str
        One entry a word, in the order of their onsets; never empty.
    onset_s, offset_s : ndarray, shape (n_word,)
        Seconds on the clock of the file; NaN where the aligner found no time (`timed` and `filled` deal with those).
    tier : tuple of str
        Tier of a TextGrid; ``words`` for other files.
    extra : dict of str to tuple of str
        Other columns, as they stand in the file.
    encoding, form : str
        How the bytes became letters, and ``textgrid``, ``gentle`` or ``table``.
    problems : tuple of Problem
        What was odd; worst first.
    """

    text: tuple[str, ...]
    onset_s: Floats
    offset_s: Floats
    tier: tuple[str, ...]
    extra: dict[str, tuple[str, ...]] = field(default_factory=dict)
    path: Path | None = None
    encoding: str = "utf-8"
    form: str = "table"
    problems: tuple[Problem, ...] = ()

    def __len__(self) -> int:
        return len(self.text)

    @property
    def tiers(self) -> tuple[str, ...]:
        """The tiers that occur, in the order of the file."""
        return tuple(dict.fromkeys(self.tier))

    def of_tier(self, name: str) -> "TimedWords":
        """The words of one tier; RequestError names the tiers there are."""
        if name not in self.tiers:
            raise RequestError(f"{self.path} has no tier '{name}'", fix=f"Its tiers are: {', '.join(self.tiers)}")
        return self._where(np.array([tier == name for tier in self.tier], dtype=np.bool_))

    def timed(self) -> "TimedWords":
        """The words that have both times."""
        return self._where(np.isfinite(self.onset_s) & np.isfinite(self.offset_s))

    def filled(self) -> "TimedWords":
        """Every word with times: those that lack them share the gap between their neighbours evenly.

        Words without times before the first or after the last timed word take that word's begin or end.
        """
        onset_s, offset_s = self.onset_s.copy(), self.offset_s.copy()
        missing = ~(np.isfinite(onset_s) & np.isfinite(offset_s))
        for first, end in _stretches(missing):
            begin = offset_s[first - 1] if first else onset_s[end] if end < len(self) else np.nan
            finish = onset_s[end] if end < len(self) else begin
            edges = np.linspace(begin, max(begin, finish), end - first + 1)
            onset_s[first:end], offset_s[first:end] = edges[:-1], edges[1:]
        return replace(self, onset_s=onset_s, offset_s=offset_s)

    def _where(self, kept: npt.NDArray[np.bool_]) -> "TimedWords":
        places = np.flatnonzero(kept)
        return replace(
            self,
            text=tuple(self.text[place] for place in places),
            onset_s=self.onset_s[kept],
            offset_s=self.offset_s[kept],
            tier=tuple(self.tier[place] for place in places),
            extra={name: tuple(values[place] for place in places) for name, values in self.extra.items()},
        )


@dataclass(frozen=True)
class _Row:
    text: str
    onset_s: float
    offset_s: float
    tier: str
    line: int
    extra: tuple[str, ...] = ()


def read_words(path: Path, encoding: str | None = None) -> TimedWords:
    """Read words with their times.

    Raises
    ------
    RequestError
        The file cannot be read or is not in the encoding (the message shows how it reads in the likely one), no column of
        words or times is found, a time is no number, or a word ends before it begins: names the line.

    Examples
    --------
    >>> read_words(Path("section_1_words.tsv")).text[:3]  # doctest: +SKIP
    ('当', '我', '还')
    """
    decoded = read_text(path, encoding)
    names: tuple[str, ...] = ()
    if is_praat_text(decoded.text):
        form = "textgrid"
        rows = [_Row(one.text, one.begin_s, one.end_s, one.tier, one.line) for one in parse_textgrid(decoded.text, path)]
    else:
        form, rows, names = _table(decoded.text, path)
    _check(rows, path)
    filled = [row for row in rows if row.text.strip()]
    if not filled:
        raise RequestError(f"{path} holds no words")
    ordered, moved = _in_order(filled)
    return TimedWords(
        text=tuple(row.text.strip() for row in ordered),
        onset_s=np.array([row.onset_s for row in ordered], dtype=np.float64),
        offset_s=np.array([row.offset_s for row in ordered], dtype=np.float64),
        tier=tuple(row.tier for row in ordered),
        extra={name: tuple(row.extra[place] for row in ordered) for place, name in enumerate(names)},
        path=path,
        encoding=decoded.encoding,
        form=form,
        problems=worst_first([*decoded.problems, *_problems(ordered, moved, len(rows) - len(filled), form, path)]),
    )


def _table(text: str, path: Path) -> tuple[str, list[_Row], tuple[str, ...]]:
    """Form, rows and names of the other columns of a delimited file."""
    known = frozenset((*WORD_COLUMNS, *ONSET_COLUMNS, *OFFSET_COLUMNS, *DURATION_COLUMNS))
    delimiter = find_delimiter("\n".join(text.split("\n", 200)[:200]), known)
    if delimiter is None:
        raise RequestError(f"{path} holds no table of words and times", fix="Words need columns such as word, onset, offset")
    parsed = parse_delimited(text, path, delimiter)
    lined = [(line, [field.strip() for field in row]) for line, row in zip(parsed.lines, parsed.rows, strict=True) if row]
    lined = [(line, row) for line, row in lined if any(row)]
    header = [name.lower() for name in lined[0][1]]
    if not set(header) & known and len(header) in _GENTLE and _is_gentle(lined):
        header, body, form = list(_GENTLE[len(header)]), lined, "gentle"
    else:
        body, form = lined[1:], "gentle" if set(header) >= {"word", "start", "end"} and "aligned" in " ".join(header) else "table"
    word = _place(header, WORD_COLUMNS, path, "words")
    onset = _place(header, ONSET_COLUMNS, path, "onsets")
    offset = next((header.index(name) for name in OFFSET_COLUMNS if name in header), None)
    last = offset if offset is not None else _place(header, DURATION_COLUMNS, path, "offsets or durations")
    others = [place for place in range(len(header)) if place not in (word, onset, last)]
    tier = next((place for place in others if header[place] == "tier"), None)
    rows = []
    for line, fields in body:
        if any(fields[len(header) :]):
            raise RequestError(
                f"{path}, line {line}: {len(fields)} fields where the first line has {len(header)}",
                fix="Put quotes around a word that holds the delimiter",
            )
        row = fields + [""] * (len(header) - len(fields))
        begin = _time(row[onset], path, line)
        end = _time(row[last], path, line) + (0.0 if offset is not None else begin)
        extra = tuple(row[place] for place in others if place != tier)
        rows.append(_Row(row[word], begin, end, row[tier] if tier is not None else _WORDS_TIER, line, extra))
    return form, rows, tuple(lined[0][1][place] if form == "table" else header[place] for place in others if place != tier)


def _is_gentle(lined: Sequence[tuple[int, list[str]]]) -> bool:
    """Whether rows without names are a word and, at their end, two times or none."""
    times = [row[-2:] for _, row in lined]
    return all(is_number(field) or is_missing(field) for pair in times for field in pair) and any(
        is_number(field) for pair in times for field in pair
    )


def _place(header: list[str], names: Iterable[str], path: Path, what: str) -> int:
    place = next((header.index(name) for name in names if name in header), None)
    if place is None:
        raise RequestError(
            f"{path} has no column of {what}", f"Its columns are: {', '.join(header)[:300]}", f"Call one {next(iter(names))}"
        )
    return place


def _time(text: str, path: Path, line: int) -> float:
    if is_missing(text):
        return float("nan")
    if not is_number(text) or not np.isfinite(float(text)):
        raise RequestError(f"{path}, line {line}: '{text[:40]}' is no time in seconds", fix="Mend the line")
    return float(text)


def _check(rows: Iterable[_Row], path: Path) -> None:
    wrong = [row for row in rows if row.offset_s < row.onset_s - _SLACK_S]
    if wrong:
        lines = lines_in_words([row.line for row in wrong])
        raise RequestError(
            f"{path}, {lines}: '{wrong[0].text[:40]}' ends at {wrong[0].offset_s:g} s, before it begins at {wrong[0].onset_s:g} s",
            fix="Mend the times",
        )


def _in_order(rows: list[_Row]) -> tuple[list[_Row], bool]:
    """Rows by onset, and whether that moved any; those without a time stay behind the row before them; tiers stay whole."""
    keys: list[tuple[int, float]] = []
    tiers: dict[str, int] = {}
    latest: dict[str, float] = {}
    for row in rows:
        place = tiers.setdefault(row.tier, len(tiers))
        now = row.onset_s if np.isfinite(row.onset_s) else latest.get(row.tier, -np.inf)
        latest[row.tier] = now
        keys.append((place, now))
    order = sorted(range(len(rows)), key=keys.__getitem__)
    return [rows[place] for place in order], any(keys[place] < keys[place - 1] for place in range(1, len(keys)))


def _problems(rows: list[_Row], moved: bool, n_empty: int, form: str, path: Path) -> list[Problem]:
    problems = []
    untimed = [row.line for row in rows if not (np.isfinite(row.onset_s) and np.isfinite(row.offset_s))]
    if untimed:
        message = f"{path.name}: {len(untimed):,} of {len(rows):,} words have no time ({lines_in_words(untimed)})"
        problems.append(Problem("warning", message, kept_lines(untimed)))
    durations = [row.offset_s - row.onset_s for row in rows if np.isfinite(row.offset_s - row.onset_s)]
    if durations and float(np.median(durations)) > _LONGEST_USUAL_S:
        message = f"{path.name}: words last {np.median(durations):g} s in the middle; the times look like milliseconds"
        problems.append(Problem("warning", message))
    early = [row.line for row in rows if row.onset_s < 0]
    if early:
        message = f"{path.name}: {len(early):,} words begin before 0 s ({lines_in_words(early)})"
        problems.append(Problem("warning", message, kept_lines(early)))
    if moved:
        problems.append(Problem("note", f"{path.name}: the onsets were not in order; the words were sorted"))
    if n_empty and form != "textgrid":
        problems.append(Problem("note", f"{path.name}: {n_empty:,} rows without a word were left out"))
    return problems


def _stretches(where: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Begin and end (behind the last) of each stretch of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], where.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
