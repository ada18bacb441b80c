"""Thread counts and devices, set in one place.

Numerical libraries each start as many threads as there are cores and busy-wait; together they slow a small machine down
up to tenfold. :func:`thread_environment` is given to every worker before it imports anything.
"""

import os
import sys

from neurostudio.core.errors import NeuroError

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def thread_environment(cores: int) -> dict[str, str]:
    """Environment variables that hold every library to `cores` threads that wait without spinning."""
    passive = {"OMP_WAIT_POLICY": "PASSIVE", "KMP_BLOCKTIME": "0", "TOKENIZERS_PARALLELISM": "false"}
    return {**dict.fromkeys(THREAD_VARIABLES, str(cores)), **passive}


def limit_loaded_libraries(cores: int) -> None:
    """Hold libraries that are already imported to `cores` threads (for notebooks and remote workers)."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(cores)
    faiss = sys.modules.get("faiss")
    if faiss is not None:
        faiss.omp_set_num_threads(cores)
    numba = sys.modules.get("numba")
    if numba is not None:
        numba.set_num_threads(min(cores, numba.config.NUMBA_NUM_THREADS))


def torch_device(wanted: str) -> str:
    """Resolve ``auto`` to ``cuda`` where torch finds one, else ``cpu``. Imports torch: workers only.

    Raises
    ------
    NeuroError
        When a CUDA device is asked for and there is none.
    """
    if wanted == "cpu":
        return wanted
    import torch

    has_cuda = torch.cuda.is_available()
    if wanted == "auto":
        return "cuda" if has_cuda else "cpu"
    if wanted.startswith("cuda") and not has_cuda:
        raise NeuroError(
            f"There is no device '{wanted}' here", "torch finds no CUDA card", "Run it with --device cpu, or leave it out"
        )
    return wanted
