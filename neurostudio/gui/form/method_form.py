"""All that the settings panel asks about one method, without a window: data, settings, options, name, and what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from neurostudio.app.datasets import list_datasets
from neurostudio.app.outputs import RunOutput, list_outputs
from neurostudio.app.project import Project
from neurostudio.app.requests import estimate, make_request
from neurostudio.core.errors import NeuroError
from neurostudio.core.method import Estimate, Method, Paper
from neurostudio.core.run_folder import Request
from neurostudio.gui.form.inputs_model import InputsModel
from neurostudio.gui.form.model import WHOLE, FormModel
from neurostudio.gui.form.run_options import RunOptions, Wanted
from neurostudio.store.rows import DatasetRow

DRAFT_VERSION = 1
DEFAULT_PRESET = "Default"

Where = Literal["input", "setting", "option"]


@dataclass(frozen=True)
class Obstacle:
    """The first thing that keeps a run from starting.

    Attributes
    ----------
    where, name : str
        Kind and name of the field to go to.
    text : str
        For people: field and what is to be done.
    is_wrong : bool
        Something is wrong; otherwise something is only missing yet.
    """

    where: Where
    name: str
    text: str
    is_wrong: bool = True


@dataclass(frozen=True)
class Holdings:
    """What the project has that inputs may name."""

    datasets: tuple[DatasetRow, ...]
    outputs: tuple[RunOutput, ...]


class MethodForm:
    """The form of one method: settings, data, options and name."""

    def __init__(self, method: Method) -> None:
        self.method = method
        self.settings = FormModel(method.load_spec())
        self.options = FormModel(RunOptions)
        self.inputs = InputsModel(method.inputs)
        self.name = ""
        self.preset = DEFAULT_PRESET

    def prefer(self, device: str, cores: int) -> None:
        """Begin with what this user prefers; a device that the form does not offer is left out."""
        if device in self.options.place("device").info.choices:
            self.options.put("device", device)
        if cores:
            self.options.put("cores", cores)

    def obstacle(self) -> Obstacle | None:
        """What keeps the run from starting, the first thing first; None where nothing does."""
        for role, message in self.inputs.problems().items():
            return Obstacle("input", role, f"{_title(role)}: {_lower(message)}", is_wrong=bool(self.inputs.chosen(role)))
        places: tuple[tuple[Where, FormModel], ...] = (("setting", self.settings), ("option", self.options))
        for where, form in places:
            for name, message in form.errors().items():
                title = "" if name == WHOLE else form.place(name).info.title
                is_said = message.lower().startswith(title.lower())
                return Obstacle(where, name, message if is_said else f"{title}: {_lower(message)}")
        return None

    def wanted(self) -> Wanted:
        """What is asked for; RequestError with what is wrong first."""
        options = self.options.spec()
        assert isinstance(options, RunOptions)  # noqa: S101 - the model was made of that class
        return Wanted(
            method=self.method.id,
            settings=self.settings.settings(),
            inputs=self.inputs.inputs(),
            name=self.name.strip(),
            seed=options.seed,
            device=options.device if options.device != "auto" else None,
            cores=options.cores,
            where=options.where(),
        )

    def fill(
        self,
        settings: Mapping[str, Any] | None = None,
        inputs: Mapping[str, Any] | None = None,
        seed: int | None = None,
        name: str = "",
    ) -> None:
        """Take over what is known; what is not given stays. RequestError for settings that the method does not take."""
        if settings is not None:
            self.settings.load(settings)
            self.preset = ""
        if inputs is not None:
            self.inputs.load({role: [names] if isinstance(names, str) else list(names) for role, names in inputs.items()})
        if seed is not None:
            self.options.put("seed", seed)
        if name:
            self.name = name

    def draft(self) -> dict[str, Any]:
        """Everything that was filled in, wrong things too, as plain JSON."""
        return {
            "version": DRAFT_VERSION,
            "settings": self.settings.state(),
            "options": self.options.state(),
            "inputs": self.inputs.inputs(),
            "name": self.name,
            "preset": self.preset,
        }

    def restore(self, draft: Mapping[str, Any]) -> None:
        """Take up a draft; one of another version is left alone."""
        if draft.get("version") != DRAFT_VERSION:
            return
        self.settings.restore(draft.get("settings") or {})
        self.options.restore(draft.get("options") or {})
        self.inputs.load(draft.get("inputs") or {})
        self.name = str(draft.get("name") or "")
        self.preset = str(draft.get("preset") or "")


# --- what is asked of the project, in a thread ----------------------------------------------------------------------------


def holdings(project: Project, kinds_of_outputs: tuple[str, ...]) -> Holdings:
    """What the project holds now."""
    return Holdings(tuple(list_datasets(project)), tuple(list_outputs(project, kinds_of_outputs)))


def build(project: Project, wanted: Wanted) -> Request:
    """The request, made and checked by the same function as that of the command line."""
    return make_request(
        project,
        wanted.method,
        inputs=wanted.inputs,
        settings=wanted.settings,
        seed=wanted.seed,
        name=wanted.name or None,
        device=wanted.device,
        cores=wanted.cores,
        where=wanted.where,
    )


def look_ahead(project: Project, wanted: Wanted) -> tuple[str, Estimate | None]:
    """The name that the run would get, and what it will need; an empty name where it could not start."""
    try:
        request = build(project, wanted)
        return request.name, estimate(project, request)
    except NeuroError:
        return "", None  # said when it is asked to run


def estimate_text(found: Estimate) -> str:
    """An estimate in words: ``est. 95 s · 0.4 GB``."""
    return f"est. {seconds_text(found.seconds)} · {memory_text(found.memory_gb)}"


def seconds_text(seconds: float) -> str:
    """About how long: ``95 s``, ``12 min``, ``3.5 h``, ``2 days``.

    >>> seconds_text(95), seconds_text(700), seconds_text(12_600), seconds_text(200_000)
    ('95 s', '12 min', '3.5 h', '2.3 days')
    """
    if seconds < 120:
        return f"{max(1, round(seconds))} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    if seconds < 36 * 3600:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 86400:.1f} days"


def memory_text(gigabytes: float) -> str:
    """About how much memory: ``0.4 GB``."""
    return f"{gigabytes:.1f} GB" if gigabytes < 100 else f"{gigabytes:.0f} GB"


def citation_text(papers: tuple[Paper, ...]) -> str:
    """The papers in short: ``Lv, Xu & Zheng 2023``; from four authors on ``Lv et al. 2023``."""
    return "; ".join(f"{_authors(paper.authors)} {paper.year}" for paper in papers)


def _authors(authors: str) -> str:
    families = [part.strip() for part in authors.replace(" and ", ", ").split(",") if len(part.strip().rstrip(".")) > 1]
    families = [family for family in families if not family.replace(".", "").replace(" ", "").isupper()]
    if not families:
        return authors
    if len(families) > 3:
        return f"{families[0]} et al."
    return families[0] if len(families) == 1 else f"{', '.join(families[:-1])} & {families[-1]}"


def _title(name: str) -> str:
    return name[:1].upper() + name[1:].replace("_", " ")


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
