"""Points in time as people read them."""

import time


def local_time(unix_seconds: float | None) -> str:
    """A point in time on the clock of this machine, to the minute; empty for none."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(unix_seconds)) if unix_seconds else ""
