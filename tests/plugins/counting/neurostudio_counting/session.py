"""A live session that remembers a running sum."""

import os
import time
from collections.abc import Iterator
from typing import Any

from neurostudio.core.context import Context
from neurostudio.core.errors import NeuroError
from neurostudio_counting.specs import SumSpec


class Adder:
    """Answers ``{"add": [numbers]}`` with one part a number."""

    def __init__(self, spec: SumSpec, context: Context) -> None:
        if spec.fail_at:
            raise NeuroError("There is nothing to count with", fix="Leave fail_at empty")
        self._pause_s = spec.pause_ms / 1000
        self._total = 0.0

    def handle(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if request.get("die"):
            os._exit(9)
        if "add" not in request:
            raise NeuroError("There is nothing to add", fix='Send {"add": [1, 2]}')
        for number in request["add"]:
            time.sleep(self._pause_s)
            self._total += number
            print("a stray print must not fall between the frames")
            yield {"total": self._total}
