"""What has to be asked before numbers can be trusted: conflicts that no program may settle in silence. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from neurostudio.data.fmri.sidecars import repetition_time
from neurostudio.data.import_report import ImportReport
from neurostudio.report.wording import number_text

if TYPE_CHECKING:
    from neurostudio.data.fmri.header import Header
    from neurostudio.data.fmri.runs import RunFiles

ORIENTATION_OPTION, TR_OPTION = "--option orientation", "--option tr_s"
CANDIDATES = "tr_candidates_s"
SHORTEST_S, LONGEST_S = 0.01, 100.0
ORIENTATION_UNKNOWN = "No orientation in the header; left and right are unknown"


@dataclass(frozen=True)
class Choice:
    """One answer: the words on its button, and the options of the data set that it sets."""

    text: str
    options: Mapping[str, Any]
    tooltip: str = ""


@dataclass(frozen=True)
class Question:
    """One thing to be settled.

    Attributes
    ----------
    key : str
        The option that answers it: ``tr_s`` or ``orientation``.
    wants_number : bool
        Whether another number of seconds may be given, too.
    """

    key: str
    text: str
    why: str
    choices: tuple[Choice, ...] = ()
    wants_number: bool = False


def questions_of(header: "Header", run: "RunFiles | None", options: Mapping[str, Any]) -> tuple[Question, ...]:
    """What an image that can be shown leaves open, unless the options of the data set have settled it."""
    found = []
    if header.needs_orientation and not options.get("orientation"):
        found.append(orientation_question("The sform is shown until you say."))
    if header.n_volumes > 1 and not options.get("tr_s"):
        found += repetition_question(header, run)
    return tuple(found)


def questions_of_report(report: ImportReport) -> tuple[Question, ...]:
    """What stands in the way of data that cannot be used as they are; a report names the option that answers it."""
    found = []
    for problem in report.errors:
        if ORIENTATION_OPTION in problem.message:
            found.append(orientation_question(""))
        elif TR_OPTION in problem.message:
            choices = tuple(seconds_choice(float(tr_s)) for tr_s in report.facts.get(CANDIDATES, ()))
            said = problem.message.partition("; choose")[0].rpartition(": ")[2]  # before it stand the names of runs
            why = f"{said}. Every time axis depends on it."
            found.append(Question("tr_s", "Which repetition time is right?", why, choices, wants_number=True))
    return tuple(found)


def orientation_question(more: str) -> Question:
    """sform against qform."""
    return Question(
        "orientation",
        "Which orientation is right?",
        f"sform and qform of the header place the image differently. {more}".rstrip(),
        (
            Choice("Use the sform", {"orientation": "sform"}, "The matrix that a program wrote"),
            Choice("Use the qform", {"orientation": "qform"}, "The place in the scanner"),
        ),
    )


def repetition_question(header: "Header", run: "RunFiles | None") -> list[Question]:
    """The question for the repetition time, where header and sidecar differ, or neither has one."""
    found = repetition_time(run.sidecar if run is not None else {}, header.tr_s)
    if found.tr_s is not None:
        return []
    if found.candidates_s:
        why = f"{found.problem.message}. " if found.problem else ""
        choices = tuple(seconds_choice(tr_s) for tr_s in found.candidates_s)
        return [
            Question(
                "tr_s", "Which repetition time is right?", f"{why}Every time axis depends on it.", choices, wants_number=True
            )
        ]
    why = header.tr_note or "Neither a JSON file nor the header names it."
    return [Question("tr_s", "What is the repetition time?", f"{why} Until then, time is counted in volumes.", wants_number=True)]


def seconds_choice(tr_s: float) -> Choice:
    """The answer that takes a repetition time."""
    return Choice(f"{number_text(tr_s)} s", {"tr_s": tr_s}, f"Take {number_text(tr_s)} s as the repetition time")
