"""The steps of the tour: what each points at, what it says, and what the person may do to go on. Plain Python."""

from dataclasses import dataclass
from typing import Literal

Deed = Literal["page", "form", "run", "end", "compare"]


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes
    ----------
    target : str
        Object name of the widget that it points at.
    deed : str
        What the person does for the tour to go on by itself: opens a ``page``, changes the ``form``, starts a ``run``, waits
        for its ``end``, or opens a comparison or report (``compare``).
    hint : str
        The deed in words.
    """

    target: str
    title: str
    text: str
    hint: str
    deed: Deed


STEPS: tuple[Step, ...] = (
    Step(
        "navigator",
        "The project",
        "Your data sets, runs and reports. A project is an ordinary folder; everything in it can be opened without NeuroStudio.",
        "Click a data set or a run to look at it.",
        "page",
    ),
    Step(
        "settings_panel",
        "The settings",
        "Each method says what it needs and what each setting means, with its unit and its range. Changes from the defaults are "
        "marked and can be reset.",
        "Change a setting.",
        "form",
    ),
    Step(
        "run_button",
        "Run",
        "Before a run starts you see how long it will take and how much memory it needs. It works in a process of its own: it "
        "goes on when the window closes.",
        "Press Run.",
        "run",
    ),
    Step(
        "centre",
        "Watch it work",
        "Curves, spikes and numbers appear while it trains. Stop it whenever you like, and resume it from its last checkpoint.",
        "Wait for its end, or go on.",
        "end",
    ),
    Step(
        "jobs_dock",
        "Compare and report",
        "Runs that wait and work stand here. Pin two finished runs in the list to compare them, or write a report of them: one "
        "file that needs no network.",
        "Ctrl+K finds every command by its name.",
        "compare",
    ),
)


def deed_of_page(key: str) -> Deed:
    """What opening a page counts as.

    >>> deed_of_page("compare:a,b"), deed_of_page("run:a")
    ('compare', 'page')
    """
    return "compare" if key.partition(":")[0] in ("compare", "report") else "page"
