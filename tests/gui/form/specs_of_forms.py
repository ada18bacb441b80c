"""Specs for the tests of forms: one that uses the whole field grammar."""

from typing import Literal, Self

from pydantic import field_validator, model_validator

from neurostudio.core.spec import Spec, setting


class Gentle(Spec):
    """Slowly and with care."""

    kind: Literal["gentle"] = "gentle"
    rate: float = setting(0.1, title="Rate", help="How fast.", gt=0, le=1, unit="1/s")
    share: float = setting(0.5, title="Share", help="How much.", ge=0, lt=1)


class Soft(Spec):
    """The softer way."""

    how: Literal["soft"] = "soft"
    depth: int = setting(1, title="Depth", help="How deep.", ge=1)


class Hard(Spec):
    """The harder way."""

    how: Literal["hard"] = "hard"
    depth: int = setting(9, title="Depth", help="How deep.", ge=5)


class Extent(Spec):
    """How far."""

    reach: int = setting(2, title="Reach", help="How far.", ge=0)


class Harsh(Spec):
    """By force."""

    kind: Literal["harsh"] = "harsh"
    rate: float = setting(0.9, title="Rate", help="How fast.", gt=0, le=1, unit="1/s")
    words: list[str] = setting(["a"], title="Words", help="Some words.", advanced=True)
    extent: Extent = setting(Extent(), title="Extent", help="A group inside a member.")
    manner: Soft | Hard = setting(Soft(), title="Manner", help="A union inside a union.", tag="how")


class Inner(Spec):
    """A group."""

    on: bool = setting(False, title="On", help="Switch.")
    label: str | None = setting(None, title="Label", help="May be empty.")
    low: int = setting(1, title="Low", help="Lower end.")
    high: int = setting(5, title="High", help="Upper end.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low > self.high:
            raise ValueError("Low must not be above high")
        return self


class Everything(Spec):
    """One field of every form of the grammar."""

    steps: int = setting(16, title="Steps", help="How many.", ge=1, le=100, unit="steps")
    lr: float = setting(1e-3, title="Learning rate", help="Of the optimizer.", gt=0, le=1)
    name: str = setting("x", title="Name", help="A name.", min_length=1)
    mode: Literal["slow", "fast"] = setting("slow", title="Mode", help="A choice.", labels={"slow": "Slowly"})
    level: Literal[1, 2] | None = setting(None, title="Level", help="May be empty. Empty: the lowest.")
    limit: int | None = setting(None, title="Limit", help="Most of them. Empty: no limit.", ge=0, advanced=True)
    offset: float | None = setting(0.5, title="Offset", help="May be empty.")
    maybe: bool | None = setting(None, title="Maybe", help="On, off or undecided.")
    widths: list[int] = setting([3, 4], title="Widths", help="Some numbers.", min_length=1, group="Lists")
    shares: list[float] = setting([], title="Shares", help="Some numbers.", group="Lists")
    flags: list[bool] = setting([True], title="Flags", help="Some switches.", group="Lists")
    sentences: list[str] = setting([], title="Sentences", help="Some texts.", group="Lists")
    stops: list[int] | None = setting(None, title="Stops", help="May be empty.", group="Lists", advanced=True)
    costs: dict[str, float] = setting({}, title="Costs", help="Names to numbers.", unit="pJ", group="Lists")
    notes: dict[str, str] = setting({"a": "b"}, title="Notes", help="Names to texts.", group="Lists", advanced=True)
    inner: Inner = setting(Inner(), title="Inner", help="A group.")
    push: Gentle | Harsh = setting(Gentle(), title="Push", help="A tagged union.", tag="kind")

    @field_validator("widths")
    @classmethod
    def _different(cls, widths: list[int]) -> list[int]:
        if len(set(widths)) < len(widths):
            raise ValueError("Widths must differ.")
        return widths
