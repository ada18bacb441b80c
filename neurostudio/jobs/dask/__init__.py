"""Runs on an existing dask.distributed cluster: ``dask://HOST:PORT``.

::

    neurostudio worker RUN_FOLDER            scheduler               dask worker
    the relay (local.py)                     queues (channel.py)     one task (remote.py)
      writes the run folder,     <-- up ---  events, files, log  --- reads a borrowed copy of the run folder,
      and nobody else does       --- down -> inputs, cancel     -->  in which ``neurostudio worker`` runs the method

The relay is an ordinary worker of the run folder: following, cancelling and re-attaching do not know the difference. When
the dask worker dies, dask starts the task again elsewhere; the new attempt says hello and is sent the newest checkpoint.
Only plain values travel, files in pieces of a megabyte, so the machines need share no disk. Nothing of ours is needed on
the scheduler.
"""

from neurostudio.jobs.dask.local import relay

__all__ = ["relay"]
