"""Brain data: quality, cleaning, models of the signal, and what it says about conditions and stimuli.

Each ``record_*`` module here holds one ``METHOD``; a new method is one more of them.
"""

import importlib
import pkgutil

from neurostudio.core.method import Method

RECORD_PREFIX = "record_"

METHODS: tuple[Method, ...] = tuple(
    importlib.import_module(f"{__name__}.{module.name}").METHOD
    for module in pkgutil.iter_modules(__path__)
    if module.name.startswith(RECORD_PREFIX)
)
