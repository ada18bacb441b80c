"""PySide 6.11 does not disconnect a slot that a subclass overrides when its object is deleted, and keeps it alive."""

import importlib
import pkgutil
from types import ModuleType

from PySide6.QtCore import QObject

import neurostudio.gui


def test_no_class_of_the_window_overrides_a_slot_of_another() -> None:
    classes = {
        one for module in _modules() for one in vars(module).values() if isinstance(one, type) and issubclass(one, QObject)
    }
    own = [one for one in classes if one.__module__.startswith("neurostudio.gui")]
    assert len(own) > 100
    overridden = {
        f"{one.__module__}.{one.__name__}.{name}"
        for one in own
        for name in vars(one)
        if name.startswith("on_")
        if any(name in vars(base) for base in one.__mro__[1:])
    }
    assert not overridden


def _modules() -> list[ModuleType]:
    found = pkgutil.walk_packages(neurostudio.gui.__path__, f"{neurostudio.gui.__name__}.")
    return [importlib.import_module(info.name) for info in found]
