"""What an import found: the facts of a data set and the problems in it, with the lines they stand on.

Readers build an :class:`ImportReport`; the project stores it as JSON; the window, the command line and reports show it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Severity = Literal["note", "warning", "error"]

MAX_LINES = 100
"""Line numbers kept with one problem; the message always gives the full count."""

_NAMED_LINES = 5


@dataclass(frozen=True)
class Problem:
    """One thing that is odd or wrong in a data set.

    Attributes
    ----------
    severity : {"note", "warning", "error"}
        ``error``: the data set cannot be used as it is; opening it raises RequestError with this message.
    message : str
        One sentence: what, where, and what became of it.
    lines : tuple of int
        Line numbers (from 1), at most `MAX_LINES` of them; for a folder with one item a file, the item numbers.
    """

    severity: Severity
    message: str
    lines: tuple[int, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain form, JSON types only."""
        return {"severity": self.severity, "message": self.message, "lines": list(self.lines)}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> "Problem":
        """Build the record again; a severity of a newer version becomes a warning."""
        severity: Severity = fields["severity"] if fields["severity"] in get_args(Severity) else "warning"
        return cls(severity, str(fields["message"]), tuple(int(line) for line in fields.get("lines", ())))


@dataclass(frozen=True)
class ImportReport:
    """What an import found in one file or folder.

    Attributes
    ----------
    kind, form : str
        Data kind, and the layout that was recognised (``csv``, ``digit-sentence`` ...).
    facts : dict
        Numbers and names worth knowing; JSON types only; the keys are those of the reader.
    problems : tuple of Problem
        Worst first.
    sample : tuple of dict
        A few items to look at.
    options : dict
        How to read it again exactly so: what was asked for and what was resolved (encoding, form, columns).
    """

    kind: str
    form: str
    facts: dict[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    sample: tuple[dict[str, Any], ...] = ()
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that forbid the use of the data set."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    def as_dict(self) -> dict[str, Any]:
        """Plain form, JSON types only."""
        return {
            "kind": self.kind,
            "form": self.form,
            "facts": dict(self.facts),
            "problems": [problem.as_dict() for problem in self.problems],
            "sample": [dict(item) for item in self.sample],
            "options": dict(self.options),
        }

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> "ImportReport":
        """Build the report again from its stored form; keys of a newer version are ignored."""
        return cls(
            kind=str(fields["kind"]),
            form=str(fields["form"]),
            facts=dict(fields.get("facts", {})),
            problems=tuple(Problem.from_dict(problem) for problem in fields.get("problems", ())),
            sample=tuple(dict(item) for item in fields.get("sample", ())),
            options=dict(fields.get("options", {})),
        )


def worst_first(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Order problems by severity, keeping the order within one."""
    rank = {"error": 0, "warning": 1, "note": 2}
    return tuple(sorted(problems, key=lambda problem: rank[problem.severity]))


def kept_lines(lines: Sequence[int]) -> tuple[int, ...]:
    """The line numbers that a problem keeps."""
    return tuple(lines[:MAX_LINES])


def lines_in_words(lines: Sequence[int], word: str = "line") -> str:
    """Name the lines in a sentence.

    >>> lines_in_words([3])
    'line 3'
    >>> lines_in_words([1, 2, 3, 4, 5, 6, 7])
    'lines 1, 2, 3, 4, 5 and 2 more'
    """
    if len(lines) == 1:
        return f"{word} {lines[0]}"
    named, rest = lines[:_NAMED_LINES], len(lines) - _NAMED_LINES
    if rest > 0:
        return f"{word}s {', '.join(map(str, named))} and {rest:,} more"
    return f"{word}s {', '.join(map(str, named[:-1]))} and {named[-1]}"
