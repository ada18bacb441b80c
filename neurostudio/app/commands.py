"""Command lines of this program, as hints in messages: they can be pasted into a shell."""

import os
import shlex
import subprocess
import sys
from pathlib import Path


def command(*words: str | Path) -> str:
    """``neurostudio`` with these words, quoted where needed; in backticks, which part it from the sentence around it.

    >>> command("resume", "my study", "latest")
    "`neurostudio resume 'my study' latest`"
    """
    return f"`{shell_line('neurostudio', *(short_path(word) if isinstance(word, Path) else word for word in words))}`"


def shell_line(*words: str) -> str:
    """Words as one line for the shell of this machine, quoted where needed."""
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)


def short_path(path: Path) -> str:
    """A path as people would type it here: relative where it lies in the working folder, else absolute."""
    absolute = Path(os.path.abspath(path))
    try:
        return str(absolute.relative_to(Path.cwd()))
    except (ValueError, FileNotFoundError):  # elsewhere; or the working folder itself was removed
        return str(absolute)
