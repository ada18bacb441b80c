"""What a view is asked to show: one artifact of one run, as plain frozen data that a thread may read."""

from dataclasses import dataclass
from pathlib import Path

from neurostudio.core.errors import NeuroError
from neurostudio.core.kinds import Plot
from neurostudio.report.content import ReportArtifact
from neurostudio.store.rows import ArtifactRow

ROW_LIMIT = 100_000  # rows of a table that are read


@dataclass(frozen=True)
class ArtifactSource:
    """One output of a run.

    Attributes
    ----------
    project : Path
        Folder of the project.
    run_id, run_name : str
        The run that left it.
    artifact : ArtifactRow
        Its name, kind, file and plot.
    """

    project: Path
    run_id: str
    run_name: str
    artifact: ArtifactRow

    @property
    def name(self) -> str:
        """Name of the artifact."""
        return self.artifact.name

    @property
    def kind(self) -> str:
        """Kind of the artifact (``core.kinds.ARTIFACT_KINDS``)."""
        return self.artifact.kind

    @property
    def path(self) -> Path:
        """Its file, or its folder."""
        return self.artifact.path

    @property
    def title(self) -> str:
        """What stands above it."""
        return self.artifact.title or self.artifact.name

    @property
    def plot(self) -> Plot | None:
        """How its method wants it drawn."""
        return self.artifact.plot

    def for_report(self) -> ReportArtifact:
        """The same artifact as the report's functions take it."""
        row = self.artifact
        return ReportArtifact(row.name, row.kind, row.path, row.title, row.size, row.sha256, row.plot)


def unreadable(path: Path, error: Exception) -> NeuroError:
    """A file that cannot be read, in one sentence."""
    if isinstance(error, FileNotFoundError):
        return NeuroError(f"{path.name} is missing from the run's folder", fix="Restore it from a copy, or run again")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return NeuroError(
        f"{path.name} cannot be read",
        reason.replace(str(path), path.name) or type(error).__name__,
        "Restore it from a copy, or run again",
    )
