"""The cluster as the relay sees it: reaching its scheduler, putting one task there, and saying in words what went wrong."""

import contextlib
import logging
import secrets
import socket
from importlib import import_module
from importlib.metadata import version
from operator import methodcaller
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import neurostudio
from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.jobs.dask.channel import Interrupted, Queue, losses_explained

if TYPE_CHECKING:
    from distributed import Future

CONNECT_S = 10.0
CLOSE_S = 2.0
_TASK_MODULE = "neurostudio.jobs.dask.remote"
_REASONS_SHOWN = 3

logger = logging.getLogger(__name__)


class Misfit(NeuroError):  # noqa: N818 - a finding about a worker
    """A dask worker on which a run cannot work: another version, or the method is not there."""


class Cluster:
    """A connection to the scheduler of an existing cluster.

    Parameters
    ----------
    client : distributed.Client
        An open one; closed with this.
    where : str
        The address as people write it.
    """

    def __init__(self, client: Any, where: str) -> None:
        self._client = client
        self.where = where

    @classmethod
    def connect(cls, where: str) -> Self:
        """Connect to ``dask://HOST:PORT``.

        Raises
        ------
        RequestError
            The address is not one.
        NeuroError
            dask is not installed here, or no scheduler answers.
        """
        host, port = _address(where)
        try:
            import dask
            import distributed
        except ModuleNotFoundError as error:
            raise NeuroError(
                f"To run on {where}, the package '{error.name}' is needed", fix="pip install 'neurostudio[dask]'"
            ) from error
        dask.config.set({"distributed.comm.timeouts.connect": CONNECT_S})
        _knock(where, host, port)
        scheme = "tls" if dask.config.get("distributed.comm.require-encryption") else "tcp"
        make: Any = distributed.Client
        try:
            client = make(f"{scheme}://{urlsplit(where).netloc}", timeout=CONNECT_S, set_as_default=False, name="neurostudio")
        except (OSError, TimeoutError, ValueError, ImportError, RuntimeError) as error:
            raise NeuroError(
                f"What listens at {where} does not answer as a dask scheduler",
                str(error),
                "Check the address, and that both sides have the same version of dask",
            ) from error
        return cls(client, where)

    def queue(self, name: str) -> Queue:
        """One end of a queue on the scheduler."""
        return Queue(self._client, name)

    def submit(self, run_id: str, door: str, method: str, workers: list[str] | None = None) -> "Future[str]":
        """Put the run on the cluster as one ordinary task, on one of `workers` where given."""
        key = f"neurostudio-{run_id}-{secrets.token_hex(4)}"
        # The scheduler unpickles what is submitted. It may lack NeuroStudio, so the task names two standard functions: the
        # module is imported where the task runs.
        execute = methodcaller("execute", run_id, door, method, neurostudio.__version__)
        graph = {key: (execute, (import_module, _TASK_MODULE))}
        with losses_explained():
            future: Future[str] = self._client.get(graph, key, workers=workers, sync=False)
        return future

    def is_processing(self, future: "Future[str]", worker: str) -> bool:
        """Whether the scheduler counts on that worker for the task."""
        with losses_explained():
            processing: dict[str, Any] = self._client.processing()
        return future.key in processing.get(worker, ())

    def is_connected(self) -> bool:
        """Whether the scheduler is there; without asking it."""
        return str(self._client.status) == "running"

    def n_workers(self) -> int:
        """Workers that the cluster has now."""
        with losses_explained():
            return len(self._client.nthreads())

    def fitting_workers(self, method: str) -> list[str]:
        """Addresses of the workers that can run a method; NeuroError with their reasons when there is none."""
        from neurostudio.jobs.dask.remote import check_fit

        with losses_explained():
            answers: dict[str, Any] = self._client.run(check_fit, method, neurostudio.__version__, on_error="return")
        fitting = [address for address, answer in answers.items() if answer is None]
        if not fitting:
            reasons = dict.fromkeys(_reason(answer) for answer in answers.values())
            raise NeuroError(
                f"No worker of {self.where} can run '{method}'",
                " ".join(list(reasons)[:_REASONS_SHOWN]),
                f"Install NeuroStudio {neurostudio.__version__}, and what the method needs, on the dask workers",
            )
        return fitting

    def error_of(self, future: Any) -> BaseException:
        """What a task ended with."""
        with losses_explained():
            error: BaseException = future.exception()
        return error

    def explain(self, error: BaseException) -> NeuroError:
        """Say what the error of a task means."""
        from distributed import KilledWorker

        if isinstance(error, KilledWorker):
            return Interrupted(
                f"{error.allowed_failures + 1} dask workers died one after another while they ran this",
                f"The last one was {error.last_worker.address}; too little memory is the usual cause",
                "Look into the logs of the workers, then resume: the run goes on from its last checkpoint",
            )
        if isinstance(error, NeuroError):
            return error
        return NeuroError(
            f"The cluster at {self.where} could not start the run",
            f"{type(error).__name__}: {' '.join(str(error).split())}{self._version_note()}",
            "Give scheduler, workers and this program the same versions of dask and NeuroStudio, then resume",
        )

    def drop(self, future: Any) -> None:
        """Tell the scheduler that nobody wants the task any more: its worker then stops it."""
        with contextlib.suppress(OSError, TimeoutError, RuntimeError):
            if future.status == "pending":
                future.cancel(reason="the run was stopped")
            future.release()

    def close(self) -> None:
        """End the connection; the scheduler then drops what is left of ours."""
        with contextlib.suppress(OSError, TimeoutError, RuntimeError):
            self._client.close(timeout=CLOSE_S)

    def _version_note(self) -> str:
        try:
            theirs = self._client.sync(self._client.scheduler.versions, packages=[])["packages"]["distributed"]
        except (OSError, TimeoutError, RuntimeError, KeyError) as error:
            logger.warning("versions of the scheduler are not known error=%s", error)
            return ""
        return f" (dask {version('distributed')} here, {theirs} on the scheduler)"


def _knock(where: str, host: str, port: int) -> None:
    """Look whether anything listens there at all: dask itself would try until its time is up."""
    try:
        socket.create_connection((host, port), CONNECT_S).close()
    except OSError as error:
        raise NeuroError(
            f"No dask scheduler answers at {where}", error.strerror or str(error), "Check the address, and that it runs"
        ) from error


def is_misfit(error: BaseException) -> bool:
    """Whether another worker of the same cluster may do better."""
    return isinstance(error, (Misfit, ModuleNotFoundError))


def _address(where: str) -> tuple[str, int]:
    parts = urlsplit(where)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if parts.scheme != "dask" or not host or not port:
        raise RequestError(f"'{where}' is not the address of a dask scheduler", fix="Write it as dask://HOST:PORT")
    return host, port


def _reason(answer: Any) -> str:
    return str(answer) if isinstance(answer, NeuroError) else f"{answer}."
