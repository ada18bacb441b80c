"""The way between a relay and an attempt: named queues on the scheduler, which both can reach.

Three queues: the ``door`` of the run, on which every attempt says hello, and an ``up`` and a ``down`` for each attempt. An
attempt that the scheduler has given up (a worker thought lost) so talks to nobody. Messages are plain dictionaries with the
key ``op``; text in them is text and files are bytes.

door    ``hello`` name, worker, host, now
up      ``need`` inputs · ``piece`` to, data · ``log`` data · ``events`` text · ``end`` state, reason
down    ``start`` request, paths · ``piece`` to, data · ``go`` · ``cancel``
"""

import contextlib
from collections.abc import Iterator
from typing import Any

from neurostudio.core.errors import NeuroError
from neurostudio.jobs.dask.transfer import Message

POLL_S = 0.2
WINDOW = 16  # messages of up to a megabyte that may wait on the scheduler, for one run in one direction


class Interrupted(NeuroError):  # noqa: N818 - named like the state it leaves the run in
    """The cluster failed, not the run: it can go on from its last checkpoint."""


class Queue:
    """One end of a named queue. Neither side ever waits inside of it, so nobody is left waiting when the other dies.

    Parameters
    ----------
    client : distributed.Client
        Connection to the scheduler.
    """

    def __init__(self, client: Any, name: str) -> None:
        import distributed

        self.name = name
        self._room = 0
        make: Any = distributed.Queue
        with losses_explained():
            self._queue = make(name, client=client)

    def has_room(self) -> bool:
        """Whether the other side keeps up; looks at the queue only when what it saw the last time is used up."""
        if self._room <= 0:
            with losses_explained():
                self._room = WINDOW - int(self._queue.qsize())
        return self._room > 0

    def put(self, message: Message) -> None:
        """Send one message at once, room or not."""
        with losses_explained():
            self._queue.put(message)
        self._room -= 1

    def take(self) -> list[Message]:
        """Return what has come since the last call."""
        with losses_explained():
            return list(self._queue.get(batch=True))

    def close(self, empty: bool = False) -> None:
        """Give this end up, after taking out what nobody will read; a scheduler that has gone is fine."""
        with contextlib.suppress(Interrupted), losses_explained():
            if empty:
                self._queue.get(batch=True)
            self._queue.close()


@contextlib.contextmanager
def losses_explained() -> Iterator[None]:
    """Turn what distributed raises when the scheduler has gone into Interrupted."""
    from concurrent.futures import CancelledError

    try:
        yield
    except (OSError, TimeoutError, RuntimeError, KeyError, CancelledError) as error:  # KeyError: another scheduler came back
        raise Interrupted(
            "The connection to the dask scheduler was lost", f"{type(error).__name__}: {error}", "Resume the run when it is back"
        ) from error
