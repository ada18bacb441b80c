"""The pages of the help: ordinary Markdown files in ``resources/docs``. No Qt; files are read when they are asked for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from neurostudio.core.resources import resource_folder

CONTENTS = "index"
MACHINE = "machine"
"""A page that is not a file: what ``neurostudio doctor`` finds."""

_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
_MARKS = re.compile(r"[`*_]|\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True)
class Heading:
    """A heading of a page: its depth (1 is the title of the page), words and anchor."""

    depth: int
    text: str
    anchor: str


@dataclass(frozen=True)
class HelpPage:
    """One page.

    Attributes
    ----------
    topic : str
        Path in ``resources/docs`` without ``.md``, such as ``decisions/001-run-folder-is-the-truth``.
    """

    topic: str
    title: str
    text: str
    headings: tuple[Heading, ...]


def docs_folder() -> Path:
    """Where the pages lie."""
    return resource_folder() / "docs"


@cache
def topics() -> tuple[str, ...]:
    """Every topic: the contents first, then the order of their links, then the rest by name."""
    there = [path.relative_to(docs_folder()).with_suffix("").as_posix() for path in sorted(docs_folder().rglob("*.md"))]
    linked = [target.removesuffix(".md") for target in _LINK.findall(page(CONTENTS).text) if target.endswith(".md")]
    order = [CONTENTS, *linked, *sorted(there, key=lambda topic: ("/" in topic, topic))]
    return (*dict.fromkeys(topic for topic in order if topic in there), MACHINE)


@cache
def page(topic: str) -> HelpPage:
    """Read a page; ValueError for a topic that there is none of."""
    if not is_topic(topic):
        raise ValueError(f"there is no help page {topic!r}")
    if topic == MACHINE:
        return HelpPage(topic, "About this machine", machine_text(()), ())
    text = (docs_folder() / f"{topic}.md").read_text(encoding="utf-8")
    headings = tuple(_headings(text))
    title = next((heading.text for heading in headings if heading.depth == 1), topic)
    return HelpPage(topic, title, text, headings)


def is_topic(topic: str) -> bool:
    """Whether there is such a page inside the folder of the help."""
    if topic == MACHINE:
        return True
    path = (docs_folder() / f"{topic}.md").resolve()
    return bool(topic) and path.is_relative_to(docs_folder().resolve()) and path.is_file()


def machine_text(checks: Sequence[Mapping[str, str]]) -> str:
    """The page about this machine, from the checks of ``neurostudio doctor --json``; without any, that it is being made."""
    rows = [f"| {one['what']} | {one['found']} |" for one in checks]
    if not rows:
        return "# About this machine\n\nLooking at processor, memory, device and packages ...\n"
    missing = [f"- {one['what']}: {one['note']}" for one in checks if one["note"]]
    parts = ["# About this machine", "\n".join(["| part | found |", "|---|---|", *rows])]
    if missing:
        parts += ["## What is missing", "\n".join(missing)]
    return "\n\n".join([*parts, "`neurostudio doctor` says the same."]) + "\n"


def target_of(link: str, topic: str) -> tuple[str, str] | None:
    """Topic and anchor that a link on the page of `topic` leads to; None for one that leads out of the help.

    >>> target_of("data-sets.md#when-a-file-is-refused", "index")
    ('data-sets', 'when-a-file-is-refused')
    >>> target_of("https://example.org", "index") is None
    True
    """
    place, _, anchor = link.partition("#")
    if not place:
        return topic, anchor
    if ":" in place or not place.endswith(".md"):
        return None
    parts: list[str] = []
    for part in (PurePosixPath(topic).parent / place.removesuffix(".md")).parts:
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts), anchor


def anchor_of(text: str) -> str:
    """Anchor of a heading, as Markdown pages on the web make it.

    >>> anchor_of("When a file is refused")
    'when-a-file-is-refused'
    """
    return re.sub(r"[^\w-]+", "-", text.lower()).strip("-")


def _headings(text: str) -> list[Heading]:
    found: list[Heading] = []
    in_code = False
    for line in text.splitlines():
        if line.startswith("```"):
            in_code = not in_code
        elif not in_code and (match := _HEADING.match(line)):
            words = _MARKS.sub(lambda mark: mark[1] or "", match[2])
            found.append(Heading(len(match[1]), words, anchor_of(words)))
    return found
