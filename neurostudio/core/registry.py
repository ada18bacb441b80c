"""Finding methods: built-in ones and plugins come through the same entry-point group.

An entry point of ``neurostudio.methods`` names a :class:`Method`, a sequence of them, or a function that returns one.
A plugin that cannot be imported does not hide the others: it is listed with its error.
"""

import difflib
import importlib.metadata
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from neurostudio.core.errors import RequestError
from neurostudio.core.method import Method

GROUP = "neurostudio.methods"
UNKNOWN_SUMMARY = "This method is not installed here"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class BrokenPlugin:
    """An entry point that could not be read, and why."""

    name: str
    distribution: str
    problem: str


@dataclass(frozen=True)
class Registry:
    """Every method that this installation knows, by id."""

    methods: dict[str, Method]
    broken: tuple[BrokenPlugin, ...]

    def get(self, method_id: str) -> Method:
        """The method of that id; RequestError with the closest ids when there is none."""
        if method_id in self.methods:
            return self.methods[method_id]
        close = difflib.get_close_matches(method_id, self.methods, n=3, cutoff=0.4)
        if method_id.partition(".")[2] == "":
            close = [known for known in self.methods if known.startswith(f"{method_id}.")] or close
        hint = f"Did you mean {' or '.join(close)}?" if close else "'neurostudio methods' lists them"
        raise RequestError(f"There is no method '{method_id}'", fix=hint)

    def find(self, method_id: str) -> Method:
        """Like `get`, but an unknown id gives a stand-in, so that runs of a missing plugin can still be shown."""
        return self.methods.get(method_id) or Method(
            id=method_id, title=method_id, summary=UNKNOWN_SUMMARY, spec="", run="", source="unknown"
        )


@cache
def registry() -> Registry:
    """Read the entry points once per process."""
    methods: dict[str, Method] = {}
    broken: list[BrokenPlugin] = []
    for entry in sorted(
        importlib.metadata.entry_points(group=GROUP), key=lambda e: (e.dist is None or e.dist.name != "neurostudio", e.name)
    ):
        distribution = entry.dist.name if entry.dist else "unknown"
        try:
            for method in _methods_of(entry.load()):
                if method.id in methods:
                    raise ValueError(f"'{method.id}' is already brought by {methods[method.id].source}")
                methods[method.id] = _with_source(method, distribution)
        except Exception as error:  # noqa: BLE001 - a plugin may fail in any way, and must not take the program down
            logger.warning("plugin cannot be read name=%s distribution=%s error=%s", entry.name, distribution, error)
            broken.append(BrokenPlugin(entry.name, distribution, f"{type(error).__name__}: {error}"))
    return Registry(dict(sorted(methods.items())), tuple(broken))


def _methods_of(loaded: object) -> Iterable[Method]:
    if callable(loaded):
        loaded = loaded()
    found = [loaded] if isinstance(loaded, Method) else loaded
    if not isinstance(found, Iterable):
        raise TypeError(f"expected Method records, found {type(loaded).__name__}")
    methods = list(found)
    for method in methods:
        if not isinstance(method, Method):
            raise TypeError(f"expected Method records, found {type(method).__name__}")
    return methods


def _with_source(method: Method, distribution: str) -> Method:
    return method if method.source else Method(**{**method.__dict__, "source": distribution})
