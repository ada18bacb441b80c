"""Long commands of this program as child processes: the window stays quick, and reads what they say line by line."""

import sys
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment


def command_process(parent: QObject, *words: str | Path) -> QProcess:
    """``neurostudio WORDS``, not yet started; it ends with its parent."""
    process = QProcess(parent)
    environment = QProcessEnvironment.systemEnvironment()
    environment.insert("PYTHONUTF8", "1")
    environment.insert("NO_COLOR", "1")
    process.setProcessEnvironment(environment)
    process.setProgram(sys.executable)
    before = [] if getattr(sys, "frozen", False) else ["-m", "neurostudio"]
    process.setArguments([*before, *map(str, words)])
    return process


def said_lines(process: QProcess) -> list[str]:
    """Lines on standard error that came since the last call."""
    text = bytes(process.readAllStandardError().data()).decode("utf-8", "replace")
    return [line.strip() for line in text.splitlines() if line.strip()]


def last_words(process: QProcess) -> str:
    """The sentence that a command ended with."""
    lines = said_lines(process)
    return lines[-1].removeprefix("Error: ") if lines else ""
