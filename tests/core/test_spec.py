"""Specifications: the field grammar, flags, versions and errors."""

from typing import Any, ClassVar, Literal

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from neurostudio.core.errors import RequestError
from neurostudio.core.registry import registry
from neurostudio.core.spec import SettingInfo, Spec, flatten, from_flags, nested, setting, to_flags, walk


class Gentle(Spec):
    kind: Literal["gentle"] = "gentle"
    rate: float = setting(0.1, title="Rate", help="How fast.", gt=0, le=1, unit="1/s")


class Harsh(Spec):
    kind: Literal["harsh"] = "harsh"
    force: int = setting(3, title="Force", help="How hard.", ge=1)
    words: list[str] = setting(["a"], title="Words", help="Some words.")


class Inner(Spec):
    on: bool = setting(False, title="On", help="Switch.")
    label: str | None = setting(None, title="Label", help="May be empty.")


class Everything(Spec):
    """One field of every form of the grammar."""

    steps: int = setting(16, title="Steps", help="Steps.", ge=1, le=100)
    lr: float = setting(1e-3, title="Rate", help="Learning rate.", gt=0)
    name: str = setting("x", title="Name", help="A name.")
    mode: Literal["slow", "fast"] = setting("slow", title="Mode", help="A choice.")
    widths: list[int] = setting([3, 4], title="Widths", help="Some numbers.")
    extra: dict[str, float] = setting({}, title="Extra", help="Names to numbers.")
    limit: int | None = setting(None, title="Limit", help="May be empty.")
    inner: Inner = setting(Inner(), title="Inner", help="A group.")
    push: Gentle | Harsh = setting(Gentle(), title="Push", help="A tagged union.", tag="kind")


words = st.text(min_size=0, max_size=12)
everything = st.builds(
    Everything,
    steps=st.integers(1, 100),
    lr=st.floats(1e-12, 1e6),
    name=words,
    mode=st.sampled_from(["slow", "fast"]),
    widths=st.lists(st.integers(-5, 10**12), max_size=4),
    extra=st.dictionaries(words, st.floats(allow_nan=False, allow_infinity=False), max_size=3),
    limit=st.none() | st.integers(),
    inner=st.builds(Inner, on=st.booleans(), label=st.none() | words),
    push=st.builds(Gentle, rate=st.floats(1e-9, 1))
    | st.builds(Harsh, force=st.integers(1, 9), words=st.lists(words, max_size=3)),
)


@given(everything)
@settings(max_examples=200, deadline=None)
def test_spec_survives_settings_yaml_and_flags(spec: Everything) -> None:
    assert Everything.from_settings(spec.as_settings()) == spec
    assert Everything.from_settings(yaml.safe_load(yaml.safe_dump(spec.as_settings()))) == spec
    stripped = spec.name == spec.name.strip() and (spec.inner.label or "") == (spec.inner.label or "").strip()
    if stripped and spec.inner.label != "":  # a flag cannot carry blanks at its ends, nor tell an empty text from none
        assert Everything.from_settings(from_flags(Everything, to_flags(spec))) == spec


@pytest.mark.parametrize("method_id", list(registry().methods))
def test_every_method_settings_have_words_and_survive_the_round_trip(method_id: str) -> None:
    spec = registry().get(method_id).load_spec()
    for info in walk(spec):
        assert info.title, info.name
        assert info.help, info.name
        assert info.help.endswith("."), info.name
    default = spec()
    assert spec.from_settings(default.as_settings()) == default
    assert spec.from_settings(from_flags(spec, to_flags(default))) == default
    assert default.changed() == {}


def test_numbers_keep_their_value_as_flags() -> None:
    spec = Everything.from_settings(from_flags(Everything, ["lr=3e-5", "name=3", "widths=1,2", "limit=none", "push.rate=1e-4"]))
    assert spec.lr == 3e-5
    assert spec.name == "3"
    assert spec.widths == [1, 2]
    assert spec.limit is None
    assert spec.push == Gentle(rate=1e-4)


def test_choosing_a_union_member_by_its_tag_brings_its_defaults() -> None:
    assert Everything.from_settings(from_flags(Everything, ["push.kind=harsh"])).push == Harsh()
    assert Everything.from_settings({"push": {"kind": "harsh", "force": 5}}).push == Harsh(force=5)


class Outer(Spec):
    kind: Literal["outer"] = "outer"
    push: Gentle | Harsh = setting(Gentle(), title="Push", help="A union inside a member.", tag="kind")


class Nested(Spec):
    top: Gentle | Outer = setting(Gentle(), title="Top", help="A union.", tag="kind")
    level: Literal[1, 2] = setting(1, title="Level", help="A choice of numbers.")


@pytest.mark.parametrize("spec", [Nested(), Nested(level=2), Nested(top=Outer()), Nested(top=Outer(push=Harsh(force=5)))])
def test_unions_inside_unions_and_choices_of_numbers_survive_flags(spec: Nested) -> None:
    assert Nested.from_settings(from_flags(Nested, to_flags(spec))) == spec


def test_changed_lists_only_what_differs() -> None:
    assert Everything(steps=2, inner=Inner(on=True)).changed() == {"steps": (2, 16), "inner.on": (True, False)}


@pytest.mark.parametrize(
    ("flags", "words_expected"),
    [
        (["steps=0"], ["steps", "0", ">= 1", "<= 100"]),
        (["lr=fast"], ["lr", "fast", "float"]),
        (["mode=quick"], ["mode", "quick", "slow | fast"]),
        (["stepz=3"], ["stepz", "steps"]),
        (["push.kind=none"], ["push", "gentle | harsh"]),
        (["push.force=2"], ["push.force", "push = harsh"]),
        (["nonsense"], ["nonsense", "KEY=VALUE"]),
        (["widths=[1"], ["widths", "JSON"]),
    ],
)
def test_a_wrong_flag_is_named_with_what_is_allowed(flags: list[str], words_expected: list[str]) -> None:
    with pytest.raises(RequestError) as caught:
        Everything.from_settings(from_flags(Everything, flags))
    for word in words_expected:
        assert word in str(caught.value)


def test_unknown_settings_are_refused() -> None:
    with pytest.raises(RequestError, match="no setting 'stepps'"):
        Everything.from_settings({"stepps": 3})


class Renamed(Spec):
    version: ClassVar[int] = 3
    upgrades: ClassVar = {
        1: lambda old: {"rate": old["speed"]},
        2: lambda old: {**old, "rate": old["rate"] * 1000},
    }
    rate: float = setting(1.0, title="Rate", help="Rate.")


def test_old_versions_are_upgraded_step_by_step() -> None:
    assert Renamed.from_settings({"spec_version": 1, "speed": 2.0}) == Renamed(rate=2000.0)
    assert Renamed.from_settings({"spec_version": 2, "rate": 2.0}) == Renamed(rate=2000.0)
    assert Renamed.from_settings({"rate": 2.0}) == Renamed(rate=2.0)


def test_a_newer_version_is_refused() -> None:
    with pytest.raises(RequestError, match="version 9"):
        Renamed.from_settings({"spec_version": 9, "rate": 1.0})


def test_the_grammar_refuses_other_types() -> None:
    class Strange(Spec):
        value: set[int] = setting(set(), title="Set", help="A set.")

    with pytest.raises(TypeError, match="field grammar"):
        walk(Strange)


def test_walk_lists_union_members_with_their_condition() -> None:
    infos: dict[str, SettingInfo] = {info.name: info for info in walk(Everything)}
    assert infos["push"].choices == ("gentle", "harsh")
    assert infos["push.rate"].when == ("push", "gentle")
    assert infos["push.force"].when == ("push", "harsh")
    assert infos["push.force"].default == 3
    assert "push.kind" not in infos
    assert infos["lr"].bounds_text() == "> 0"


@given(st.recursive(st.integers(), lambda inner: st.dictionaries(st.text("abc", min_size=1), inner, min_size=1, max_size=3)))
def test_flatten_and_nested_are_inverse(tree: Any) -> None:
    document = {"top": tree}
    assert nested(flatten(document)) == document
