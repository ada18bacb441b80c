"""Errors that a person can repair, and the signal that ends a cancelled run.

Everything a user can mend is a :class:`NeuroError`; every other exception is a bug and travels with its traceback.
"""

from collections.abc import Mapping


class NeuroError(Exception):
    """Something the user can repair.

    Parameters
    ----------
    what : str
        What happened, and to which thing (file, setting, run).
    why : str, optional
        The cause, where it is known.
    fix : str, optional
        What to do now.
    """

    def __init__(self, what: str, why: str = "", fix: str = "") -> None:
        super().__init__(what, why, fix)
        self.what = what
        self.why = why
        self.fix = fix

    def __str__(self) -> str:
        return " ".join(_sentence(part) for part in (self.what, self.why, self.fix) if part)

    def as_dict(self) -> dict[str, str]:
        """Plain form, as it stands in an ``error`` event."""
        return {"what": self.what, "why": self.why, "fix": self.fix}

    @classmethod
    def from_dict(cls, fields: Mapping[str, object]) -> "NeuroError":
        """Build the error again from the fields of an ``error`` event."""
        return cls(*(str(fields.get(key) or "") for key in ("what", "why", "fix")))


class RequestError(NeuroError):
    """The request is wrong (unknown method, bad setting, unreadable input): nothing was started."""


class StoreError(NeuroError):
    """A project folder or its index cannot be opened, read or written."""


class Cancelled(Exception):  # noqa: N818 - not a failure: the run was asked to stop
    """Raised inside a run function when the run was asked to stop; the worker turns it into the state ``cancelled``."""


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?", ":")) else text + "."
