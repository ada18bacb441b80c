"""What a form holds: raw contents, errors, settings; every Spec comes back as it went in."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import model_validator
from specs_of_forms import Everything

from neurostudio.core.errors import RequestError
from neurostudio.core.registry import registry
from neurostudio.core.spec import Spec, from_flags, setting, to_flags
from neurostudio.gui.form.model import WHOLE, FormModel
from neurostudio.gui.form.places import Place
from neurostudio.gui.form.sections import is_found, sections
from neurostudio.methods.spiking.specs import SpikingTextSpec

quick = hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
plain_text = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=8)
typed_text = plain_text | st.sampled_from(
    ["", " ", "3", "-1", "3.5", "3e-5", "0,5", "nan", "inf", "1e999", "[1", "none", "3, 4", "4;4"]
)
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "bool": st.booleans(),
    "str": plain_text,
    "int": st.integers(-(10**20), 10**20),
    "float": st.floats(allow_nan=False, allow_infinity=False),
}


def good_values(place: Place) -> st.SearchStrategy[Any]:
    """Plain values inside the bounds of a setting."""
    info, bounds = place.info, place.info.bounds
    if info.form in ("choice", "union"):
        made: st.SearchStrategy[Any] = st.sampled_from(info.choices)
    elif info.form == "int":
        made = st.integers(
            int(bounds.get("ge", bounds.get("gt", -1001) + 1)), int(bounds.get("le", bounds.get("lt", 10**6 + 1) - 1))
        )
    elif info.form == "float":
        low, high = bounds.get("ge", bounds.get("gt", -1e6)), bounds.get("le", bounds.get("lt", 1e6))
        made = st.floats(low, high, exclude_min="gt" in bounds, exclude_max="lt" in bounds)
    elif info.form == "list":
        made = st.lists(SCALARS[info.item], min_size=int(bounds.get("min_length", 0)), max_size=3, unique=True)
    elif info.form == "dict":
        made = st.dictionaries(plain_text, SCALARS[info.item], max_size=3)
    elif info.form == "str":
        made = st.text(min_size=int(bounds.get("min_length", 0)), max_size=8)
    else:
        made = SCALARS[info.form]
    return st.none() | made if info.optional else made


def typed(place: Place) -> st.SearchStrategy[Any]:
    """What a person may do to the editor of a setting, right or wrong."""
    info = place.info
    if info.form in ("choice", "union"):
        return st.sampled_from(info.choices)
    if info.form == "bool":
        return st.booleans()
    if info.form == "dict":
        return st.lists(st.lists(typed_text, min_size=2, max_size=2), max_size=2)
    return typed_text


@st.composite
def contents(draw: st.DrawFn, spec: type[Spec], make: Any) -> dict[str, Any]:
    """Contents for some of the settings of a Spec, by key."""
    places = [place for place in FormModel(spec).places if place.is_field]
    chosen = draw(st.lists(st.sampled_from(places), unique_by=lambda place: place.key, max_size=8))
    return {place.key: draw(make(place)) for place in chosen}


def all_specs() -> list[type[Spec]]:
    return [Everything, *(method.load_spec() for method in registry().methods.values())]


def carries_all(flag: str) -> bool:
    """Whether nothing is lost in a flag: it can carry neither blanks at the ends of its parts nor an empty value."""
    return all(part == part.strip() for part in flag.split("=")) and not flag.endswith("=")


@pytest.mark.parametrize("spec", all_specs(), ids=lambda spec: spec.__name__)
@quick
@given(data=st.data())
def test_good_values_survive_form_settings_and_flags(spec: type[Spec], data: st.DataObject) -> None:
    form = FormModel(spec)
    for key, value in data.draw(contents(spec, good_values)).items():
        form.put(key, value)
    if not form.is_valid:  # a rule over values of its own, such as different widths
        assert all(form.errors().values())
        return
    settings = form.settings()
    made = spec.from_settings(settings)
    assert FormModel(spec, settings).settings() == settings
    assert FormModel(spec, json.loads(json.dumps(settings))).settings() == settings
    again = FormModel(spec)
    again.restore(json.loads(json.dumps(form.state())))
    assert again.settings() == settings
    flags = to_flags(made)
    if all(carries_all(flag) for flag in flags):
        assert spec.from_settings(from_flags(spec, flags)) == made


@pytest.mark.parametrize("spec", all_specs(), ids=lambda spec: spec.__name__)
@quick
@given(data=st.data())
def test_whatever_is_typed_gives_settings_or_a_sentence(spec: type[Spec], data: st.DataObject) -> None:
    form = FormModel(spec)
    for key, raw in data.draw(contents(spec, typed)).items():
        form.put(key, raw)
        form.accept(key)
    for message in form.errors().values():
        assert message
        for jargon in ("Input should", "pydantic", "valid integer", "type=", "Value error"):
            assert jargon not in message
    if form.is_valid:
        assert spec.from_settings(form.settings()).as_settings() == form.settings()
    else:
        with pytest.raises(RequestError):
            form.settings()
    form.reset_all()
    assert form.settings() == spec().as_settings()
    assert form.changed() == []
    assert form.state() == {}


@pytest.mark.parametrize("text", ["3e-5", "0.00003", "3.0E-05", " 3e-5 "])
def test_a_small_number_stays_what_was_typed_until_it_is_accepted(text: str) -> None:
    form = FormModel(Everything)
    form.put("lr", text)
    assert form.raw("lr") == text
    assert form.settings()["lr"] == 3e-5
    form.accept("lr")
    assert form.raw("lr") == 3e-5
    assert form.settings()["lr"] == 3e-5


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        ("steps", "3.5", "Not a whole number"),
        ("steps", "x", "Not a whole number"),
        ("steps", "0", "Must be from 1 to 100"),
        ("steps", "", "Must not be empty"),
        ("steps", "1e999999999", "Not a whole number"),
        ("lr", "0", "Must be above 0 and at most 1"),
        ("lr", "fast", "Not a number"),
        ("lr", "0,5", "Not a number: write a point, as in 0.5"),
        ("lr", "nan", "Not a number"),
        ("name", "", "Needs at least 1 character"),
        ("limit", "-1", "Must be at least 0"),
        ("widths", "3, x", "'x': not a whole number"),
        ("widths", "3,,4", "Item 2: must not be empty"),
        ("widths", "", "Needs at least 1 item"),
        ("widths", "3, 3", "Widths must differ"),
        ("flags", "yes, perhaps", "'perhaps': write yes or no"),
        ("costs", [["mac", "x"]], "'mac': not a number"),
        ("costs", [["mac", "1"], ["mac", "2"]], "'mac' stands there twice"),
        ("mode", "quick", "Choose one of Slowly, fast"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(name: str, raw: Any, message: str) -> None:
    form = FormModel(Everything)
    form.put(name, raw)
    assert form.errors() == {name: message}
    assert form.error(name) == message
    assert not form.is_valid
    assert form.is_changed(name)


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("steps", "1e2", 100),
        ("steps", "7.0", 7),
        ("steps", "−3", None),
        ("limit", "  ", None),
        ("stops", "", None),
        ("widths", "3,4 ;5", [3, 4, 5]),
        ("flags", "yes, off", [True, False]),
        ("sentences", "one\n\ntwo\n", ["one", "two"]),
        ("shares", "1e-4, 2", [1e-4, 2.0]),
        ("costs", [["mac", "4.6"], ["", ""]], {"mac": 4.6}),
        ("inner.label", "", None),
    ],
)
def test_what_is_typed_becomes_the_value(name: str, raw: Any, value: Any) -> None:
    form = FormModel(Everything)
    form.put(name, raw)
    if name == "steps" and raw == "−3":  # a real minus sign is read, and then too small
        assert form.errors() == {"steps": "Must be from 1 to 100"}
        return
    assert form.errors() == {}
    found: Any = form.settings()
    for part in name.split("."):
        found = found[part]
    assert found == value


def test_rules_over_several_settings_are_told_where_they_belong() -> None:
    form = FormModel(Everything)
    form.put("inner.low", "9")
    assert form.errors() == {"inner": "Low must not be above high"}
    form.put("inner.high", "x")
    assert form.errors() == {"inner.high": "Not a whole number"}, "a rule does not judge what cannot be read"


def test_the_settings_together_may_be_wrong() -> None:
    class Pair(Spec):
        a: int = setting(1, title="A", help="A.")

        @model_validator(mode="after")
        def _odd(self) -> "Pair":
            if self.a % 2 == 0:
                raise ValueError("Must be odd")
            return self

    form = FormModel(Pair)
    form.put("a", "2")
    assert form.errors() == {WHOLE: "Must be odd"}
    with pytest.raises(RequestError, match="do not go together"):
        form.settings()


def test_another_member_of_a_union_and_back_keeps_what_was_typed() -> None:
    form = FormModel(Everything)
    form.put("push.rate", "0.25")
    form.put("push", "harsh")
    assert form.raw("push.rate") == 0.9
    form.put("push.rate", "0.75")
    form.put("push.manner", "hard")
    assert form.settings()["push"] == {
        "kind": "harsh",
        "rate": 0.75,
        "words": ["a"],
        "extent": {"reach": 2},
        "manner": {"how": "hard", "depth": 9},
    }
    form.put("push", "gentle")
    assert form.settings()["push"] == {"kind": "gentle", "rate": 0.25, "share": 0.5}
    form.put("push", "harsh")
    assert form.settings()["push"]["rate"] == 0.75
    assert form.changed() == ["push", "push.rate", "push.manner"]


def test_what_is_wrong_in_a_member_that_is_not_chosen_does_not_matter() -> None:
    form = FormModel(Everything)
    form.put("push.rate", "7")
    assert form.errors() == {"push.rate": "Must be above 0 and at most 1"}
    form.put("push", "harsh")
    assert form.is_valid


def test_settings_are_loaded_dotted_nested_and_partly() -> None:
    form = FormModel(Everything, {"push.kind": "harsh", "push.manner": {"how": "hard"}, "inner": {"on": True}, "steps": 3})
    assert form.changed() == ["steps", "inner.on", "push", "push.manner"]
    form.load({"lr": 3e-5})
    assert form.changed() == ["lr"]


def test_names_with_points_in_a_dict_are_kept() -> None:
    given = {"costs": {"a.b": 1.0, "c": 2.0}}
    assert FormModel(Everything, given).settings()["costs"] == given["costs"]


def test_settings_that_cannot_be_loaded_leave_the_form_alone() -> None:
    form = FormModel(Everything, {"steps": 3})
    with pytest.raises(RequestError, match="stepps"):
        form.load({"stepps": 4})
    assert form.changed() == ["steps"]


def test_resetting() -> None:
    form = FormModel(Everything, {"steps": 3, "inner": {"on": True, "low": 0}, "push": {"kind": "harsh", "rate": 0.5}})
    form.reset("inner")
    assert form.changed() == ["steps", "push", "push.rate"]
    form.reset("push")
    assert form.changed() == ["steps"]
    form.put("push", "harsh")
    assert form.settings()["push"]["rate"] == 0.5, "the choice was reset, not what was typed in the member"
    form.reset("steps")
    form.reset_all()
    assert form.state() == {}


def test_a_state_keeps_wrong_things_and_forgets_settings_that_are_gone() -> None:
    form = FormModel(Everything)
    form.put("steps", "x")
    form.put("costs", [["mac", ""]])
    state = json.loads(json.dumps(form.state()))
    again = FormModel(Everything)
    again.restore({**state, "gone": 1, "mode": "unheard of", "inner.on": "perhaps", "widths": 7, "inner": {}, "limit": None})
    assert again.state() == state
    assert list(again.errors()) == ["steps", "costs"]


def test_watchers_hear_what_changed() -> None:
    form = FormModel(Everything)
    heard: list[frozenset[str]] = []
    form.watch(heard.append)
    form.put("steps", "3")
    form.accept("steps")
    form.accept("steps")
    form.load({"lr": 0.5})
    assert heard == [{"steps"}, {"steps"}, {"steps", "lr"}]
    form.unwatch(heard.append)
    form.reset_all()
    assert len(heard) == 3


def test_sections_follow_groups_and_keep_unions_together() -> None:
    found = {section.heading: section for section in sections(FormModel(Everything).places)}
    assert list(found) == ["", "Lists", "Inner"]
    assert [place.key for place in found[""].advanced] == ["limit", "push[harsh].words"]
    assert [place.key for place in found[""].basic][-8:] == [
        "push",
        "push[gentle].rate",
        "push[gentle].share",
        "push[harsh].rate",
        "push[harsh].extent.reach",
        "push[harsh].manner",
        "push[harsh].manner[soft].depth",
        "push[harsh].manner[hard].depth",
    ]
    assert found["Inner"].specs == ("inner",)
    of_text = [section.heading for section in sections(FormModel(SpikingTextSpec).places)]
    assert of_text[:5] == ["", "Text", "Split", "Vectors", "Network"]
    assert len(of_text) == len(set(of_text))


def test_search_looks_at_title_name_and_help() -> None:
    form = FormModel(SpikingTextSpec)
    found = [place.name for place in form.fields() if is_found(place, "learning RATE")]
    assert found == ["training.lr", "finetuning.lr"]
    assert [place.name for place in form.fields() if is_found(place, "horowitz")] == ["energy.preset"]


def test_members_of_a_union_say_what_they_are() -> None:
    place = FormModel(SpikingTextSpec).place("vectors")
    assert place.members["random"] == "Random vectors: the control that shows what the vectors bring."
    assert place.tag == "kind"
