"""The live worker behind the bench: started, asked and closed in threads. No Qt here.

Whoever closes it while it is still starting need not wait: the thread that starts it closes it then, so no worker is left.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

from neurostudio.app import Project, make_request, open_session, show
from neurostudio.gui.panels.spiking_text.results import METHOD, MODEL
from neurostudio.jobs.live import LiveSession, SessionEndedError

OnPart = Callable[[str, Any], None]


class LiveBench:
    """A network of one run, kept in memory by a worker.

    Parameters
    ----------
    project : Project
    run_id : str
        The run whose output ``snn`` is loaded.
    """

    def __init__(self, project: Project, run_id: str) -> None:
        self.run_id = run_id
        self._project = project
        self._session: LiveSession | None = None
        self._is_closed = False
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start the worker and wait until the network is loaded.

        Raises
        ------
        NeuroError
            When the network is missing or cannot be loaded.
        """
        detail = show(self._project, self.run_id)
        request = make_request(
            self._project,
            METHOD,
            settings=detail.settings,
            inputs={"model": [f"{self.run_id}:{MODEL}"]},
            seed=detail.row.seed,
            name=f"bench of {detail.row.name}",
            serve=True,
        )
        session = open_session(self._project, request)
        with self._lock:
            if not self._is_closed:
                self._session = session
                return
        session.close()

    def ask(self, text: str, seed: int, on_part: OnPart) -> float:
        """Classify a sentence; returns the milliseconds that it took.

        Parameters
        ----------
        on_part : function
            Gets name and content of each part of the answer as it comes, in this thread.

        Raises
        ------
        SessionEndedError
            When the worker is gone.
        NeuroError
            For a sentence without words.
        """
        session = self._session
        if session is None:
            raise SessionEndedError("The live session has ended", fix="Start it again")
        began = time.perf_counter()
        for part in session.ask({"text": text, "seed": seed}):
            for name, content in part.items():
                on_part(name, content)
        return (time.perf_counter() - began) * 1000

    @property
    def is_alive(self) -> bool:
        """Whether there is a worker that could answer."""
        session = self._session
        return session is not None and session.is_alive

    def close(self) -> None:
        """End the worker and wait for its end; a second call does nothing."""
        with self._lock:
            self._is_closed = True
            session, self._session = self._session, None
        if session is not None:
            session.close()

    def close_soon(self) -> None:
        """The same without waiting, for the end of a widget."""
        if self._session is not None or not self._is_closed:
            threading.Thread(target=self.close, name="bench-close").start()
