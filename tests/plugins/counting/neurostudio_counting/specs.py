"""Settings of the counting methods."""

from neurostudio.core.spec import Spec, setting


class SumSpec(Spec):
    """How long to count, and where to stumble."""

    n: int = setting(20, title="Steps", help="How many numbers to add up.", ge=1)
    pause_ms: float = setting(0.0, title="Pause", help="Time to wait in each step.", unit="ms", ge=0)
    checkpoint_every: int = setting(
        5, title="Checkpoint every", help="Steps between two checkpoints; 0: none.", unit="steps", ge=0
    )
    fail_at: int | None = setting(None, title="Fail at", help="Step that ends in an error of its own.", ge=1)
    deaf: bool = setting(False, title="Deaf", help="Do not look whether the run was asked to stop.")
    ballast_kb: int = setting(0, title="Ballast", help="Size of a useless file in each checkpoint.", unit="kB", ge=0)
