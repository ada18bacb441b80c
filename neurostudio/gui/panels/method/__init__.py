"""The page of any method, built from its record: plugins get it without any code of their own."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neurostudio.gui.panels.method.page import MethodPage

__all__ = ["MethodPage"]


def __getattr__(name: str) -> Any:
    if name == "MethodPage":
        from neurostudio.gui.panels.method.page import MethodPage

        return MethodPage
    raise AttributeError(name)
