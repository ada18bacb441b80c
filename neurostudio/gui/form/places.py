"""The settings of a Spec as a tree: what the form shows where, and which settings exist for which choice.

:func:`neurostudio.core.spec.walk` gives a flat list, in which members of a union may share a name (``vectors.dimensions``
of two kinds of vectors). A form keeps what was typed in each, so that a setting has a key of its own here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from neurostudio.core.spec import SettingInfo, Spec, walk


@dataclass(frozen=True)
class Place:
    """One setting, and where it stands.

    Attributes
    ----------
    key : str
        Its name, with the member for settings inside a union: ``vectors[ppmi].dimensions``.
    parent : str
        Key of the nested Spec around it, or of the member of a union (``vectors[ppmi]``); empty at the top.
    depth : int
        Unions around it.
    tag : str
        For a union: name of the field that tells its members apart.
    members : dict
        For a union: tag -> first sentence about that member.
    heading : str
        Section of the form that it stands in.
    """

    info: SettingInfo
    key: str
    parent: str = ""
    depth: int = 0
    tag: str = ""
    members: Mapping[str, str] = field(default_factory=dict)
    heading: str = ""

    @property
    def name(self) -> str:
        """Dotted name, as flags and files write it."""
        return self.info.name

    @property
    def is_field(self) -> bool:
        """Whether it has an editor; a nested Spec has none."""
        return self.info.form != "spec"


class Places:
    """Every setting of one Spec class by key, in the order of declaration."""

    def __init__(self, spec: type[Spec]) -> None:
        self._places: dict[str, Place] = {}
        self._read(spec)

    def __iter__(self) -> Iterator[Place]:
        return iter(self._places.values())

    def __getitem__(self, key: str) -> Place:
        return self._places[key]

    def __contains__(self, key: object) -> bool:
        return key in self._places

    def choice_around(self, place: Place) -> tuple[Place, str] | None:
        """The union and the tag that must be chosen so that the setting exists; None where it always does."""
        key = place.parent
        while key:
            if key in self._places:
                key = self._places[key].parent
            else:
                union, _, tag = key.rpartition("[")
                return self._places[union], tag.removesuffix("]")
        return None

    def at(self, location: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
        """Key of the setting that pydantic names by its path, and what of the path lies inside (item of a list)."""
        key = ""
        for number, part in enumerate(location):
            union = self._places.get(key)
            member = f"{key}[{part}]"
            if union is not None and union.info.form == "union" and str(part) in union.members:
                key = member
                continue
            inner = f"{key}.{part}" if key else str(part)
            if inner not in self._places:
                return self._holder(key), location[number:]
            key = inner
        return self._holder(key), ()

    def _holder(self, key: str) -> str:
        return key if key in self._places or not key else key.rpartition("[")[0]

    def _read(self, spec: type[Spec]) -> None:
        classes: dict[str, type[Spec]] = {"": spec}
        newest = {"": ""}  # dotted name of a Spec or union -> key of the one met last
        for info in walk(spec):
            outer, _, leaf = info.name.rpartition(".")
            parent = newest[outer]
            if info.when and info.when[0] == outer:
                parent = f"{parent}[{info.when[1]}]"
            key = f"{parent}.{leaf}" if parent else leaf
            declared = classes[parent].model_fields[leaf]
            members: dict[str, str] = {}
            tag = ""
            if info.form == "spec":
                classes[key] = declared.annotation  # type: ignore[assignment]
                newest[info.name] = key
            elif info.form == "union":
                kinds = _members(declared)
                tag = _tag(declared, kinds)
                for kind in kinds:
                    value = str(get_args(kind.model_fields[tag].annotation)[0])
                    classes[f"{key}[{value}]"] = kind
                    members[value] = _first_sentence(kind)
                newest[info.name] = key
            self._places[key] = Place(
                info=info,
                key=key,
                parent=parent,
                depth=key.count("["),
                tag=tag,
                members=members,
                heading=self._heading(info, parent, declared),
            )

    def _heading(self, info: SettingInfo, parent: str, declared: FieldInfo) -> str:
        """Its own group; else that of the union or Spec around it; a union alone takes that of its members."""
        above = self._places.get(parent) or self._places.get(parent.rpartition("[")[0])
        if above is not None and "[" in parent:
            return above.heading  # a union and its members stay together
        if info.group:
            return info.group
        if info.form == "union" and (above is None or not above.heading):
            groups = {_group(inner) for member in _members(declared) for inner in member.model_fields.values()}
            return next(iter(sorted(groups - {""})), "") if len(groups - {""}) == 1 else ""
        if info.form == "spec":
            return info.title
        return above.heading if above is not None else ""


def _members(declared: FieldInfo) -> tuple[type[Spec], ...]:
    found: list[type[Spec]] = []
    waiting = [declared.annotation]
    while waiting:
        annotation = waiting.pop(0)
        if isinstance(annotation, type) and issubclass(annotation, Spec):
            found.append(annotation)
        else:
            waiting.extend(get_args(annotation))
    return tuple(found)


def _tag(declared: FieldInfo, members: tuple[type[Spec], ...]) -> str:
    if isinstance(declared.discriminator, str):
        return declared.discriminator
    fields = members[0].model_fields
    return next(name for name, inner in fields.items() if len(get_args(inner.annotation)) == 1 and get_origin(inner.annotation))


def _group(declared: FieldInfo) -> str:
    extra = declared.json_schema_extra
    return str(extra.get("group", "")) if isinstance(extra, dict) else ""


def _first_sentence(member: type[Spec]) -> str:
    paragraph = (member.__doc__ or "").strip().partition("\n\n")[0]
    return " ".join(paragraph.split())
