"""What a settings form holds, without a window: what stands in each field, what is wrong with it, and the settings it makes.

>>> from typing import Literal
>>> from neurostudio.core.spec import Spec, setting
>>> class Training(Spec):
...     lr: float = setting(1e-3, title="Learning rate", help="Of the optimizer.", gt=0, le=1)
>>> form = FormModel(Training)
>>> form.put("lr", "3e-5")
>>> form.settings()
{'spec_version': 1, 'lr': 3e-05}
>>> form.put("lr", "-1")
>>> form.errors()
{'lr': 'Must be above 0 and at most 1'}
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from neurostudio.core.errors import RequestError
from neurostudio.core.spec import SettingInfo, Spec, nested
from neurostudio.gui.form.places import Place, Places
from neurostudio.gui.form.text import Unreadable, choice_text, fits, value_of

WHOLE = ""
"""Name under which :meth:`FormModel.errors` gives what is wrong with the settings together."""

Watcher = Callable[[frozenset[str]], None]


@dataclass(frozen=True)
class _Checked:
    """Result of one look at the whole form."""

    spec: Spec | None
    problems: dict[str, str]


class FormModel:
    """Raw content of every setting of a Spec, including those of union members that are not chosen now.

    A setting is named by its key (``vectors[ppmi].dimensions``), or by its dotted name where its member is chosen.

    Parameters
    ----------
    spec_class : type of Spec
        Whose settings these are.
    settings : dict, optional
        Plain settings to begin with; see :meth:`load`.
    """

    def __init__(self, spec_class: type[Spec], settings: Mapping[str, Any] | None = None) -> None:
        self.spec_class = spec_class
        self.places = Places(spec_class)
        self._raw: dict[str, Any] = {}  # key -> content, where it is not the default
        self._checked: _Checked | None = None
        self._watchers: list[Watcher] = []
        if settings:
            self.load(settings)

    # --- one setting ---

    def place(self, name: str) -> Place:
        """The setting of that key, or of that dotted name among those that exist now; KeyError without one."""
        if name in self.places:
            return self.places[name]
        for place in self.places:
            if place.name == name and self.is_active(place):
                return place
        raise KeyError(name)

    def raw(self, name: str) -> Any:
        """What stands in the field: the loaded plain value, or what was typed (see ``form.text``)."""
        place = self.place(name)
        return self._raw.get(place.key, _default(place))

    def put(self, name: str, raw: Any) -> None:
        """Put something into a field, right or wrong."""
        place = self.place(name)
        self._store(place, _emptied(place.info, raw))
        self._tell(place.key)

    def accept(self, name: str) -> None:
        """Write what was typed the way it is stored: ``0.00003`` becomes ``3e-5``. What is wrong stays as it is."""
        place = self.place(name)
        typed = self.raw(place.key)
        if place.info.form in ("bool", "choice", "union", "str", "dict"):
            return  # nothing to write otherwise; rows of a dict stay, as one of them may still be empty
        try:
            value = value_of(place.info, typed)
        except Unreadable:
            return
        if type(value) is not type(typed) or value != typed:
            self._store(place, value)
            self._tell(place.key)

    def reset(self, name: str) -> None:
        """Back to the default: one setting, the choice of a union, or all that is inside a nested Spec."""
        place = self.place(name)
        gone = {key for key in self._raw if key == place.key or (not place.is_field and key.startswith(f"{place.key}."))}
        self._forget(gone)

    def is_active(self, place: Place) -> bool:
        """Whether the setting exists for the members that are chosen now."""
        around = self.places.choice_around(place)
        while around is not None:
            union, tag = around
            if str(self._raw.get(union.key, _default(union))) != tag:
                return False
            around = self.places.choice_around(union)
        return True

    def is_changed(self, name: str) -> bool:
        """Whether a setting differs from its default; what cannot be read counts as changed."""
        place = self.place(name)
        if place.key not in self._raw:
            return False
        try:
            return bool(value_of(place.info, self._raw[place.key]) != _default(place))
        except Unreadable:
            return True

    def error(self, name: str) -> str:
        """What is wrong with one setting; empty where nothing is."""
        return self._check().problems.get(self.place(name).key, "")

    # --- all of them ---

    def fields(self) -> list[Place]:
        """The settings that exist now and have an editor, in order."""
        return [place for place in self.places if place.is_field and self.is_active(place)]

    def errors(self) -> dict[str, str]:
        """What is wrong: dotted name -> message, in the order of the form; :data:`WHOLE` for the settings together."""
        problems = self._check().problems
        ordered = {place.name: problems[place.key] for place in self.places if place.key in problems}
        return {**ordered, **({WHOLE: problems[WHOLE]} if WHOLE in problems else {})}

    @property
    def is_valid(self) -> bool:
        """Whether the settings can be used."""
        return not self._check().problems

    def spec(self) -> Spec:
        """The settings as their class; RequestError with what is wrong first."""
        checked = self._check()
        if checked.spec is None or checked.problems:
            name, message = next(iter(self.errors().items()))
            title = f"'{self.place(name).info.title}' ({name}) cannot be used" if name else "The settings do not go together"
            raise RequestError(title, message)
        return checked.spec

    def settings(self) -> dict[str, Any]:
        """Nested plain settings with their version; RequestError with what is wrong first."""
        return self.spec().as_settings()

    def changed(self) -> list[str]:
        """Names of the settings that differ from their defaults."""
        return [place.name for place in self.fields() if self.is_changed(place.key)]

    def reset_all(self) -> None:
        """Every setting to its default."""
        self._forget(set(self._raw))

    def load(self, settings: Mapping[str, Any]) -> None:
        """Take over plain settings (nested or dotted, of any version); what they leave out becomes the default.

        Raises
        ------
        RequestError
            Names the setting that cannot be; the form stays as it was.
        """
        has_dots = any("." in name for name in settings)
        plain = self.spec_class.from_settings(nested(settings) if has_dots else settings).model_dump(mode="json")
        touched = set(self._raw)
        self._raw = {}
        for place in self.places:
            if place.is_field and self.is_active(place):
                value = _at(plain, place.name)
                self._store(place, value[place.tag] if place.tag else value)
        self._tell(*touched, *self._raw)

    def state(self) -> dict[str, Any]:
        """Everything that stands in the form, wrong things too, as plain JSON; see :meth:`restore`."""
        return {key: _copied(raw) for key, raw in self._raw.items()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up a state; settings that no longer exist, or have another form now, are left at their defaults."""
        touched = set(self._raw)
        self._raw = {}
        for key, raw in state.items():
            if key in self.places and self.places[key].is_field and fits(self.places[key].info, raw):
                self._store(self.places[key], _copied(raw))
        self._tell(*touched, *self._raw)

    def watch(self, watcher: Watcher) -> None:
        """Call `watcher` with the keys of what has changed, after each change."""
        self._watchers.append(watcher)

    def unwatch(self, watcher: Watcher) -> None:
        """Do so no longer."""
        self._watchers.remove(watcher)

    # --- inside ---

    def _store(self, place: Place, raw: Any) -> None:
        default = _default(place)
        if type(raw) is type(default) and raw == default:
            self._raw.pop(place.key, None)
        else:
            self._raw[place.key] = raw
        self._checked = None

    def _forget(self, keys: set[str]) -> None:
        for key in keys:
            del self._raw[key]
        self._checked = None
        self._tell(*keys)

    def _tell(self, *keys: str) -> None:
        for watcher in tuple(self._watchers):
            watcher(frozenset(keys))

    def _check(self) -> _Checked:
        if self._checked is None:
            self._checked = self._look()
        return self._checked

    def _look(self) -> _Checked:
        problems: dict[str, str] = {}
        settings: dict[str, Any] = {}
        for place in self.fields():
            raw = self._raw.get(place.key, _default(place))
            try:
                value = value_of(place.info, raw)
            except Unreadable as problem:
                problems[place.key] = str(problem)
                value = raw  # refused once more below, so that rules over several settings do not judge a stand-in
            _set_at(settings, f"{place.name}.{place.tag}" if place.tag else place.name, value)
        spec = None
        try:
            spec = self.spec_class.model_validate(settings)
        except ValidationError as error:
            for found in error.errors(include_url=False):
                key, inside = self.places.at(found["loc"])
                problems.setdefault(key, self._words(key, inside, found))
        return _Checked(spec, problems)

    def _words(self, key: str, inside: tuple[Any, ...], found: Any) -> str:
        """A sentence for people in place of pydantic's."""
        if found["type"] in ("value_error", "assertion_error"):
            return str(found["ctx"]["error"]).strip().rstrip(".")
        if key not in self.places:
            return str(found["msg"])
        info = self.places[key].info
        if info.form in ("choice", "union"):
            return f"Choose one of {', '.join(choice_text(info, choice) for choice in info.choices)}"
        where = f"{inside[0]!r}: " if inside and isinstance(inside[0], str) else ""
        limits = info.bounds_text()
        return f"{where}Must be {info.type_text()}{f', {limits}' if limits else ''}"


def _default(place: Place) -> Any:
    return place.info.default[place.tag] if place.tag else place.info.default


def _emptied(info: SettingInfo, raw: Any) -> Any:
    """Nothing typed into a field that may be empty is none."""
    is_blank = raw in ("", [], {}) or (isinstance(raw, str) and not raw.strip())
    return None if info.optional and is_blank else raw


def _at(plain: Mapping[str, Any], name: str) -> Any:
    value: Any = plain
    for part in name.split("."):
        value = value[part]
    return value


def _set_at(settings: dict[str, Any], name: str, value: Any) -> None:
    *outer, leaf = name.split(".")
    for part in outer:
        settings = settings.setdefault(part, {})
    settings[leaf] = value


def _copied(raw: Any) -> Any:
    if isinstance(raw, list):
        return [_copied(item) for item in raw]
    return dict(raw) if isinstance(raw, dict) else raw
