"""The kinds of data a project holds and the kinds of file a run leaves behind.

One table each. Readers, forms, views and reports all look a kind up here, so a kind is described once.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from neurostudio.core.errors import RequestError


@dataclass(frozen=True)
class DataKind:
    """One kind of data set.

    Attributes
    ----------
    id : str
        Name used on the command line and in method input roles.
    title : str
        Name shown to people.
    forms : str
        What such data look like on disk.
    """

    id: str
    title: str
    forms: str


@dataclass(frozen=True)
class ArtifactKind:
    """One kind of run output: an ordinary file, or a folder for ``weights``."""

    id: str
    title: str
    suffixes: tuple[str, ...]


DATA_KINDS: dict[str, DataKind] = {
    kind.id: kind
    for kind in (
        DataKind("fmri", "fMRI", "NIfTI file or BIDS folder"),
        DataKind("spatial", "Spatial gene data", "h5ad, Visium folder or count csv"),
        DataKind("labelled-text", "Labelled text", "tsv, csv or jsonl with text and label; one 'label sentence' per line"),
        DataKind("series", "Series", "csv, txt or npz of steps x channels"),
        DataKind("images", "Images", "folder of classes, idx or npz"),
        DataKind("documents", "Documents", "folder of pdf, md, txt, html, docx or csv"),
        DataKind("corpus", "Text corpus", "plain text, .gz too"),
        DataKind("instructions", "Instructions", "json or jsonl of instruction, input, output"),
        DataKind("dialogue", "Dialogue", "role-play profiles, queries and answers"),
        DataKind("language-model", "Language model", "transformers folder or hub name"),
        DataKind("responses", "Brain responses", "responses or RDMs to named stimuli"),
        DataKind("word-vectors", "Word vectors", "GloVe or word2vec text file, .gz too"),
        DataKind("table", "Table", "csv, tsv or parquet"),
    )
}

ARTIFACT_KINDS: dict[str, ArtifactKind] = {
    kind.id: kind
    for kind in (
        ArtifactKind("volume", "Volume", (".nii.gz",)),
        ArtifactKind("tissue", "Tissue", (".h5ad",)),
        ArtifactKind("table", "Table", (".csv", ".parquet")),
        ArtifactKind("array", "Array", (".npz", ".npy")),
        ArtifactKind("spikes", "Spikes", (".npz",)),
        ArtifactKind("weights", "Weights", ("",)),
        ArtifactKind("text", "Text", (".txt", ".md", ".jsonl")),
        ArtifactKind("figure", "Figure", (".svg", ".png")),
        ArtifactKind("model-card", "Model card", (".md",)),
    )
}

PlotForm = Literal["line", "bars", "heatmap", "scatter", "histogram", "raster", "traces", "slices", "labels"]


@dataclass(frozen=True)
class Plot:
    """How the numbers of one artifact are best drawn; the report and the window both follow it.

    Attributes
    ----------
    form : PlotForm
        ``line``: columns `y` against column `x`. ``bars``: columns `y` grouped by the categories in column `x`.
        ``heatmap``: a square table (first column holds the row names) or a 2D array named in `y`.
        ``scatter``: columns `y` against `x`. ``histogram``: values of columns or arrays `y`.
        ``raster``: spikes file (arrays ``times``, ``units``). ``traces``: arrays `y`, each ``[time]`` or ``[unit, time]``.
        ``slices``: a 3D or 4D map over the volume `x` (another artifact of the run, or ``mni152``); `y` names its volumes,
        `baselines` may hold its ``threshold``, `y_label` says what the values are.
        ``labels``: a label image; `y` holds the name of the table artifact with the columns ``index`` and ``name``.
    x, y : str, tuple of str
        Column or array names.
    x_label, y_label : str
        Axis captions with unit.
    baselines : dict
        Dashed grey reference lines: name -> value on the y axis.
    error : dict
        For a `y` column, the column that holds its half-width of uncertainty.
    stacked : bool
        Stack the bars of one category.
    caption : str
        One sentence under the figure: what a person sees here.
    """

    form: PlotForm
    x: str = ""
    y: tuple[str, ...] = ()
    x_label: str = ""
    y_label: str = ""
    baselines: dict[str, float] = field(default_factory=dict)
    error: dict[str, str] = field(default_factory=dict)
    stacked: bool = False
    caption: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain form, as it stands in an ``artifact`` event."""
        return asdict(self)

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> "Plot":
        """Build the record again; keys of a newer version are ignored."""
        known = {key: value for key, value in fields.items() if key in cls.__dataclass_fields__}
        return cls(**{**known, "y": tuple(known.get("y", ()))})


def data_kind(kind: str) -> DataKind:
    """Look up a data kind; RequestError names the known ones."""
    if kind not in DATA_KINDS:
        raise RequestError(f"Unknown data kind '{kind}'", fix=f"Known kinds: {', '.join(DATA_KINDS)}")
    return DATA_KINDS[kind]


def artifact_kind(kind: str) -> ArtifactKind:
    """Look up an artifact kind; ValueError (a bug in the method) when it is unknown."""
    if kind not in ARTIFACT_KINDS:
        raise ValueError(f"unknown artifact kind {kind!r}; known: {', '.join(ARTIFACT_KINDS)}")
    return ARTIFACT_KINDS[kind]
