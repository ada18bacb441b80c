"""What stands in the preferences: the fields of ``UserSettings`` in groups, with words. Plain Python."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from annotated_types import Ge, Le

from neurostudio.app.settings import UserSettings

AUTOMATIC = 0
"""Number that stands for "the program decides"."""


@dataclass(frozen=True)
class Preference:
    """One preference.

    Attributes
    ----------
    name : str
        Field of ``UserSettings``.
    choices : dict
        For one of a few: value -> words.
    automatic : str
        For a number: words for 0.
    unit : str
        Written behind a number.
    is_share : bool
        A number that is shown in per cent.
    """

    name: str
    title: str
    help: str
    choices: Mapping[str, str] = field(default_factory=dict)
    automatic: str = ""
    unit: str = ""
    is_share: bool = False

    @property
    def default(self) -> Any:
        """Its value where nobody chose one."""
        return UserSettings.model_fields[self.name].default

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and greatest value of a number."""
        metadata = UserSettings.model_fields[self.name].metadata
        least = next(one.ge for one in metadata if isinstance(one, Ge))
        most = next(one.le for one in metadata if isinstance(one, Le))
        return float(least), float(most)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Group:
    """Preferences under one heading."""

    title: str
    preferences: tuple[Preference, ...]


GROUPS: tuple[Group, ...] = (
    Group(
        "Appearance",
        (
            Preference(
                "appearance",
                "Colours",
                "High contrast is black, white and yellow, with a ring around what has the keyboard.",
                {"system": "As the system", "light": "Light", "dark": "Dark", "contrast": "High contrast"},
            ),
            Preference("text_scale", "Text size", "Of all text; gaps and icons follow it.", unit=" %", is_share=True),
            Preference("reduce_motion", "Reduce motion", "Nothing turns or slides; states still change."),
            Preference("radiological", "Radiological sides", "Brain images show the right side of the body on the left."),
        ),
    ),
    Group(
        "Runs",
        (
            Preference(
                "runs_at_once",
                "Runs at once",
                "More wait in line. What fits is told by the cores and the memory that each method names.",
                automatic="What fits",
                unit=" runs",
            ),
            Preference(
                "default_device",
                "Device",
                "For new runs; each form can name another.",
                {"auto": "Automatic", "cpu": "Processor (cpu)", "cuda": "NVIDIA GPU (cuda)", "mps": "Apple GPU (mps)"},
            ),
            Preference("default_cores", "Cores", "For each new run.", automatic="Automatic", unit=" cores"),
        ),
    ),
    Group(
        "Start and end",
        (
            Preference("reopen_last", "Open the last project at the start", "With the pages and drafts that were open."),
            Preference("confirm_close", "Ask before closing while runs are at work", "Else they go on without the window."),
            Preference("show_tour", "Show the tour", "Once more, with the next project that is opened."),
        ),
    ),
    Group(
        "Notifications",
        (Preference("notifications_in_window", "Show them over the window", "The list of notices keeps them in any case."),),
    ),
)


def preferences() -> tuple[Preference, ...]:
    """All of them, in the order of the dialog."""
    return tuple(one for group in GROUPS for one in group.preferences)


def defaults(settings: UserSettings) -> UserSettings:
    """The same user with every preference of the dialog as it comes; what was opened lately stays."""
    return settings.model_copy(update={one.name: one.default for one in preferences()})
