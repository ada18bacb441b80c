"""The panel of spiking text classification."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neurostudio.gui.panels.spiking_text.page import SpikingTextPage

__all__ = ["SpikingTextPage"]


def __getattr__(name: str) -> Any:
    if name == "SpikingTextPage":  # plots are imported when the page is first made
        from neurostudio.gui.panels.spiking_text.page import SpikingTextPage

        return SpikingTextPage
    raise AttributeError(name)
