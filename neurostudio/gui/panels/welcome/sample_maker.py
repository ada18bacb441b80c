"""Makes sample studies: plain ones in a thread, ones with finished runs by the demo command in a process of its own."""

from pathlib import Path

from PySide6.QtCore import QObject, QProcess, Signal, Slot

from neurostudio.app.sample_studies import make_sample_project
from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks
from neurostudio.gui.panels.welcome.presenter import demo_share, is_run_over
from neurostudio.gui.shell.command_process import command_process, said_lines
from neurostudio.gui.tasks import in_background

END_MS = 3000


class SampleMaker(QObject):
    """Makes one sample at a time.

    Signals
    -------
    progressed : id of the study, what is being done, share of it (None where that cannot be told)
    made : id of the study, project folder
    failed : id of the study, NeuroError; None where it was stopped
    """

    progressed = Signal(str, str, object)
    made = Signal(str, str)
    failed = Signal(str, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._study_id = ""
        self._folder = Path()
        self._said: list[str] = []
        self._is_stopped = False

    @property
    def is_busy(self) -> bool:
        """Whether a sample is being made."""
        return bool(self._study_id)

    def make(self, study_id: str, folder: Path | None = None) -> None:
        """Make a sample study, ready to run."""
        if self.is_busy:
            return
        self._study_id = study_id
        self.progressed.emit(study_id, "Writing sentences and importing them", None)
        tasks.start(self._make(study_id, folder), self)

    def make_with_runs(self, study_id: str, folder: Path) -> None:
        """Make the sample study in a folder and run it, as ``neurostudio demo --quick`` does; goes on where it was stopped."""
        if self.is_busy:
            return
        self._study_id, self._folder, self._is_stopped = study_id, folder, False
        self._said.clear()
        process = self._process = command_process(self, "demo", "--quick", "--project", folder, "--json")
        process.readyReadStandardError.connect(self.on_said)
        process.finished.connect(self.on_over)
        process.errorOccurred.connect(self.on_not_started)
        self.progressed.emit(study_id, "Starting", 0.0)
        process.start()

    @Slot()
    def stop(self) -> None:
        """Stop the demo; what it has made stays, and is gone on with the next time."""
        if self._process is not None:
            self._is_stopped = True
            self._process.terminate()
            if not self._process.waitForFinished(END_MS):
                self._process.kill()
                self._process.waitForFinished(END_MS)

    async def _make(self, study_id: str, folder: Path | None) -> None:
        try:
            path = await in_background(make_sample_project, study_id, folder)
        except NeuroError as error:
            self._study_id = ""
            self.failed.emit(study_id, error)
            return
        self._study_id = ""
        self.made.emit(study_id, str(path))

    @Slot()
    def on_said(self) -> None:
        """The demo said something."""
        if self._process is None:
            return
        self._said += said_lines(self._process)
        if self._said:
            share = demo_share(sum(map(is_run_over, self._said)))
            self.progressed.emit(self._study_id, self._said[-1], share)

    @Slot(int, QProcess.ExitStatus)
    def on_over(self, code: int, _status: QProcess.ExitStatus) -> None:
        """The demo came to its end."""
        self.on_said()
        study_id, self._study_id = self._study_id, ""
        process, self._process = self._process, None
        if process is not None:
            process.deleteLater()
        if self._is_stopped:
            self.failed.emit(study_id, None)
        elif code == 0:
            self.made.emit(study_id, str(self._folder))
        else:
            words = self._said[-1].removeprefix("Error: ") if self._said else f"The demo ended with code {code}"
            self.failed.emit(study_id, NeuroError("The sample study could not be made", words))

    @Slot(QProcess.ProcessError)
    def on_not_started(self, error: QProcess.ProcessError) -> None:
        """The process could not be started at all."""
        if error == QProcess.ProcessError.FailedToStart and self._process is not None:
            words, self._process = self._process.errorString(), None
            study_id, self._study_id = self._study_id, ""
            self.failed.emit(study_id, NeuroError("The sample study could not be made", words))
