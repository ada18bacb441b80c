"""Specifications: the typed settings of a method.

One frozen pydantic class is the form, the flags, the batch entry and the header of a report. The field grammar is small on
purpose, so that each of those can show every setting: ``bool``, ``int``, ``float``, ``str``, ``Literal``, lists and dicts
of scalars, ``Optional`` of those, a nested :class:`Spec`, and a tagged union: Specs told apart by a ``Literal`` field.

>>> class Network(Spec):
...     filters: int = setting(32, title="Filters", help="Filters for each width.", ge=1, unit="filters")
>>> Network.from_settings({"filters": "64"}).filters
64
"""

import json
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar, Literal, Self, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from neurostudio.core.errors import RequestError

VERSION_KEY = "spec_version"
_SCALARS: tuple[type, ...] = (bool, int, float, str)

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]


class Spec(BaseModel):
    """Base class of all specifications: frozen, unknown settings refused, versioned.

    Class attributes
    ----------------
    version : int
        Raised by one whenever a setting is renamed, removed or changes its meaning.
    upgrades : dict of int to function
        ``upgrades[n]`` turns the plain settings of version n into those of version n + 1; a pure function.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False)

    version: ClassVar[int] = 1
    upgrades: ClassVar[Mapping[int, Upgrade]] = {}

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """Build a Spec from nested plain values, from any version of them; what is missing takes its default.

        Raises
        ------
        RequestError
            Names the setting, the value and what is allowed.
        """
        plain = _upgraded(cls, dict(settings))
        filled = _with_tags(cls, plain)
        try:
            return cls.model_validate(filled)
        except ValidationError as error:
            raise _request_error(cls, error) from error

    def as_settings(self) -> dict[str, Any]:
        """Nested plain values (JSON types) with ``spec_version``; :meth:`from_settings` reads them back."""
        return {VERSION_KEY: type(self).version, **self.model_dump(mode="json")}

    def changed(self) -> dict[str, tuple[Any, Any]]:
        """Settings that differ from the defaults: dotted name -> (value, default)."""
        defaults = flatten(type(self)().model_dump(mode="json"))
        here = flatten(self.model_dump(mode="json"))
        return {key: (value, defaults.get(key)) for key, value in here.items() if defaults.get(key) != value}


def setting(
    default: Any,
    *,
    title: str,
    help: str,  # noqa: A002 - the word users know
    unit: str = "",
    group: str = "",
    advanced: bool = False,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    min_length: int | None = None,
    labels: Mapping[str, str] | None = None,
    tag: str | None = None,
) -> Any:
    """Declare one field of a Spec.

    Parameters
    ----------
    default : value
        Every setting has one, so that an empty request is a valid request. A nested Spec gives an instance.
    title, help : str
        What the form shows beside and under the field; sentence case.
    unit : str
        Unit of a number, empty for plain counts and switches.
    group : str
        Heading that the field stands under.
    advanced : bool
        Folded away until asked for.
    ge, gt, le, lt : float, optional
        Bounds.
    min_length : int, optional
        Least number of items of a list or characters of a text.
    labels : dict, optional
        For a ``Literal``: value -> words for people.
    tag : str, optional
        For a union of Specs: the name of the ``Literal`` field that tells its members apart.
    """
    extra: dict[str, Any] = {"unit": unit, "group": group, "advanced": advanced, "labels": dict(labels or {})}
    return Field(
        default,
        title=title,
        description=help,
        ge=ge,
        gt=gt,
        le=le,
        lt=lt,
        min_length=min_length,
        discriminator=tag,
        json_schema_extra=extra,
    )


@dataclass(frozen=True)
class SettingInfo:
    """One setting, as forms, flags and ``neurostudio methods METHOD`` show it.

    Attributes
    ----------
    name : str
        Dotted path from the top of the Spec.
    form : str
        ``bool``, ``int``, ``float``, ``str``, ``choice``, ``list``, ``dict``, ``spec`` or ``union``.
    item : str
        Scalar type of the items of a list or the values of a dict.
    optional : bool
        May be left empty (``none``).
    default : value
        Plain value.
    choices : tuple
        Allowed values of a choice, or the tags of a union.
    bounds : dict
        Any of ge, gt, le, lt, min_length.
    when : tuple of str
        ``(union name, tag)`` when the setting only exists for one member of a union, else empty.
    """

    name: str
    form: str
    item: str
    optional: bool
    default: Any
    choices: tuple[Any, ...]
    bounds: dict[str, float]
    title: str
    help: str
    unit: str
    group: str
    advanced: bool
    labels: dict[str, str]
    when: tuple[str, str] | tuple[()] = ()

    def type_text(self) -> str:
        """Type for people: ``float``, ``list of int``, ``direct | bernoulli``, ``int or none``."""
        text = {
            "choice": " | ".join(str(choice) for choice in self.choices),
            "union": " | ".join(str(choice) for choice in self.choices),
            "list": f"list of {self.item}",
            "dict": f"names to {self.item}",
        }.get(self.form, self.form)
        return f"{text} or none" if self.optional else text

    def bounds_text(self) -> str:
        """Bounds for people: ``>= 1, < 10``; empty without bounds."""
        signs = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<", "min_length": "at least"}
        ends = {"min_length": " items"}
        return ", ".join(f"{signs[key]} {value:g}{ends.get(key, '')}" for key, value in self.bounds.items())


def walk(spec: type[Spec]) -> list[SettingInfo]:
    """List every setting of a Spec class, nested ones with dotted names, in the order of declaration."""
    return list(_walk(spec, "", spec().model_dump(mode="json"), ()))


def flatten(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested plain settings -> dotted names. Lists stay whole; so does an empty dict."""
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        if isinstance(value, Mapping) and value:
            flat.update(flatten(value, f"{prefix}{key}."))
        else:
            flat[prefix + key] = value
    return flat


def to_flags(spec: Spec) -> list[str]:
    """The ``KEY=VALUE`` flags that give this Spec from the defaults; the inverse of :func:`from_flags`."""
    flags: list[str] = []
    for info in walk(type(spec)):
        if info.form == "spec" or not _is_chosen(spec, info):
            continue
        value = _get(spec, info.name)
        if info.form == "union":
            flags.append(f"{info.name}.{_tag_name(type(value))}={_tag_value(type(value))}")
        else:
            flags.append(f"{info.name}={_flag_text(value)}")
    return flags


def from_flags(spec: type[Spec], flags: list[str], base: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Nested plain settings from ``KEY=VALUE`` flags, laid over `base`.

    Values are read by the type of the setting, so ``lr=3e-5`` is a number and ``name=3`` a text.

    Raises
    ------
    RequestError
        For a flag without ``=`` or an unknown setting (with the closest known ones).
    """
    known = {info.name: info for info in walk(spec)}
    settings = dict(base or {})
    for flag in flags:
        name, equals, text = flag.partition("=")
        name = name.strip()
        if not equals:
            raise RequestError(f"'{flag}' is not a setting", fix="Write KEY=VALUE, for example time_steps=16")
        settings = merged(settings, _nested(name, _read_flag(known, name, text.strip())))
    return settings


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Nested settings `over` laid over `base`; neither is changed."""
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        result[key] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return result


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with dotted names, nested ones allowed too -> nested settings."""
    result: dict[str, Any] = {}
    for key, value in flat.items():
        result = merged(result, _nested(key, nested(value) if isinstance(value, Mapping) else value))
    return result


# --- inside -------------------------------------------------------------------------------------------------------------


def _upgraded(cls: type[Spec], plain: dict[str, Any]) -> dict[str, Any]:
    version = plain.pop(VERSION_KEY, cls.version)
    if not isinstance(version, int) or version > cls.version:
        raise RequestError(
            f"These settings are of version {version}, and this program reads up to version {cls.version}",
            fix="Update NeuroStudio (or the plugin that brings the method)",
        )
    for old in range(version, cls.version):
        plain = cls.upgrades[old](plain)
    return plain


def _with_tags(cls: type[Spec], plain: dict[str, Any]) -> dict[str, Any]:
    """Fill in the tag of each union whose tag was left to the default, so that one inner setting can be given alone."""
    filled = dict(plain)
    for name, info in cls.model_fields.items():
        value = filled.get(name)
        if not isinstance(value, Mapping):
            continue
        members = _union_members(info.annotation)
        if members:
            tag = _tag_name(members[0])
            chosen = value.get(tag, getattr(info.default, tag, None))
            value = {tag: chosen, **value}
            member = next((m for m in members if _tag_value(m) == chosen), None)
            filled[name] = _with_tags(member, dict(value)) if member else value
        elif _is_spec(info.annotation):
            filled[name] = _with_tags(info.annotation, dict(value))  # type: ignore[arg-type]
    return filled


def _request_error(cls: type[Spec], error: ValidationError) -> RequestError:
    first = error.errors(include_url=False)[0]
    known = {info.name: info for info in walk(cls)}
    tags = {str(tag) for info in known.values() if info.form == "union" for tag in info.choices}
    name = ".".join(str(part) for part in first["loc"] if str(part) not in tags) or "settings"
    more = len(error.errors()) - 1
    also = f" ({more} more setting{'s' if more > 1 else ''} wrong)" if more else ""
    owners = [" = ".join(info.when) for info in walk(cls) if info.name == name and info.when]
    if first["type"] == "extra_forbidden" and owners:
        return RequestError(
            f"The setting '{name}' does not belong to this choice{also}", fix=f"It goes with {' or '.join(owners)}"
        )
    if first["type"] == "extra_forbidden":
        return RequestError(f"There is no setting '{name}'{also}", fix=_closest(name, known))
    given = first.get("input")
    shown = "nothing" if given is None else f"{given!r}" if len(repr(given)) < 80 else f"{repr(given)[:77]}..."
    info = known.get(name)
    allowed = f"Allowed: {info.type_text()}{', ' + info.bounds_text() if info.bounds else ''}" if info else first["msg"]
    if first["type"] == "value_error":
        allowed = str(first["ctx"]["error"]) if "ctx" in first else first["msg"]
    return RequestError(f"Setting '{name}' cannot be {shown}{also}", fix=allowed)


def _closest(name: str, known: Mapping[str, SettingInfo]) -> str:
    close = get_close_matches(name, known, n=3, cutoff=0.5)
    by_leaf = [full for full in known if full.rpartition(".")[2] == name.rpartition(".")[2]]
    names = list(dict.fromkeys([*by_leaf, *close]))[:3]
    if names:
        return f"Did you mean {' or '.join(names)}?"
    return "'neurostudio methods METHOD' lists the settings"


def _walk(spec: type[Spec], prefix: str, defaults: Mapping[str, Any], when: tuple[str, str] | tuple[()]) -> Iterator[SettingInfo]:
    for name, field in spec.model_fields.items():
        full = prefix + name
        default = defaults.get(name)
        info = _info(full, field, default, when)
        if info.form == "union":
            yield info
            for member in _union_members(field.annotation):
                tag, value = _tag_name(member), str(_tag_value(member))
                inner: Mapping[str, Any] = default if isinstance(default, Mapping) else {}
                if inner.get(tag) != value:
                    inner = member().model_dump(mode="json")
                # the tag itself is the union's own choice
                yield from (i for i in _walk(member, f"{full}.", inner, (full, value)) if i.name != f"{full}.{tag}")
        elif info.form == "spec":
            yield info
            yield from _walk(field.annotation, f"{full}.", default or {}, when)  # type: ignore[arg-type]
        elif not (when and field.annotation and get_origin(field.annotation) is Literal and len(get_args(field.annotation)) == 1):
            yield info


def _info(name: str, field: FieldInfo, default: Any, when: tuple[str, str] | tuple[()]) -> SettingInfo:
    form, item, optional, choices = _grammar(field.annotation, name)
    extra: dict[str, Any] = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    bounds = {
        key: getattr(rule, key)
        for rule in field.metadata
        for key in ("ge", "gt", "le", "lt", "min_length")
        if getattr(rule, key, None) is not None
    }
    return SettingInfo(
        name=name,
        form=form,
        item=item,
        optional=optional,
        default=default,
        choices=choices,
        bounds=bounds,
        title=field.title or name,
        help=field.description or "",
        unit=str(extra.get("unit", "")),
        group=str(extra.get("group", "")),
        advanced=bool(extra.get("advanced", False)),
        labels={str(k): str(v) for k, v in dict(extra.get("labels") or {}).items()},
        when=when,
    )


def _grammar(annotation: Any, name: str) -> tuple[str, str, bool, tuple[Any, ...]]:
    """(form, item type, optional, choices) of an annotation; TypeError for what the grammar does not hold."""
    optional = False
    members = _union_members(annotation)
    if members:
        return "union", "", False, tuple(_tag_value(member) for member in members)
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [part for part in get_args(annotation) if part is not type(None)]
        optional = len(rest) < len(get_args(annotation))
        if len(rest) == 1:
            annotation = rest[0]
    if annotation in _SCALARS:
        return annotation.__name__, "", optional, ()
    if _is_spec(annotation) and not optional:
        return "spec", "", False, ()
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return "choice", "", optional, arguments
    if origin in (list, tuple) and arguments[0] in _SCALARS and (origin is list or arguments[1:] == (...,)):
        return "list", arguments[0].__name__, optional, ()
    if origin is dict and arguments[0] is str and arguments[1] in _SCALARS:
        return "dict", arguments[1].__name__, optional, ()
    raise TypeError(f"setting {name!r}: {annotation!r} is outside the field grammar (see neurostudio.core.spec)")


def _is_spec(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Spec)


def _union_members(annotation: Any) -> tuple[type[Spec], ...]:
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) not in (Union, types.UnionType):
        return ()
    members = get_args(annotation)
    return members if len(members) > 1 and all(_is_spec(member) for member in members) else ()


def _tag_name(member: type[Spec]) -> str:
    for name, field in member.model_fields.items():
        if get_origin(field.annotation) is Literal and len(get_args(field.annotation)) == 1:
            return name
    raise TypeError(f"{member.__name__} is a member of a union and needs a Literal field with one value as its tag")


def _tag_value(member: type[Spec]) -> Any:
    return get_args(member.model_fields[_tag_name(member)].annotation)[0]


def _get(spec: Spec, name: str) -> Any:
    value: Any = spec
    for part in name.split("."):
        value = getattr(value, part)
    return value


def _is_chosen(spec: Spec, info: SettingInfo) -> bool:
    if not info.when:
        return True
    union, tag = info.when
    try:
        member = _get(spec, union)
    except AttributeError:  # a union inside a member of a union that is not chosen
        return False
    return isinstance(member, Spec) and str(_tag_value(type(member))) == tag


def _flag_text(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.lower() in ("none", "null"):
        return json.dumps(value)
    return repr(value) if isinstance(value, float) else str(value)


def _read_flag(known: Mapping[str, SettingInfo], name: str, text: str) -> Any:
    info = known.get(name)
    if info is None:
        parent = name.rpartition(".")[0]
        holder = known.get(parent)
        if holder is not None and holder.form == "union":
            return text  # the tag: encoder.kind=direct
        if holder is not None and holder.form == "dict":
            return text  # one entry of a dict
        raise RequestError(f"There is no setting '{name}'", fix=_closest(name, known))
    if info.optional and text.lower() in ("none", "null", ""):
        return None
    if info.form in ("list", "dict", "spec", "union"):
        return _read_json(name, text, info)
    if info.form in ("str", "choice") and text in ('"none"', '"null"', '"None"', '"Null"', '"NONE"', '"NULL"'):
        text = text.strip('"')
    if info.form == "choice":
        return next((choice for choice in info.choices if str(choice) == text), text)
    return text


def _read_json(name: str, text: str, info: SettingInfo) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        if info.form == "list" and not text.startswith(("[", "{")):
            return [part.strip() for part in text.split(",")] if text else []
        raise RequestError(
            f"Setting '{name}' cannot be {text!r}",
            fix='Write JSON, for example [3, 4, 5] or {"a": 1}; a list may also be written 3,4,5',
        ) from None


def _nested(name: str, value: Any) -> dict[str, Any]:
    for part in reversed(name.split(".")):
        value = {part: value}
    return value  # type: ignore[no-any-return]
