"""The panel of the methods for brain data: the maps of a run over its own series, and everything else that it left."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Slot

from neurostudio.app import Project
from neurostudio.gui import tasks
from neurostudio.gui.panels.fmri import results as reading
from neurostudio.gui.panels.fmri.maps_tab import MapsTab
from neurostudio.gui.panels.fmri.outputs_tab import OutputsTab
from neurostudio.gui.panels.fmri.results import BrainResults
from neurostudio.gui.panels.method.presenter import RunChoice
from neurostudio.gui.panels.method.results_page import ResultsPage
from neurostudio.gui.panels.parts.lazy_part import LazyPart
from neurostudio.gui.studio import Studio

SAMPLE_KIND = "fmri"
OVERVIEW, MAPS, OUTPUTS = "Overview", "Maps", "Tables and pictures"


class BrainMethodPage(ResultsPage):
    """::

    Results of [glm-seed1, 14:02 v]
    [Overview] [Maps] [Tables and pictures]
    a map over the series that it was made from, with the plot over time and the line of the model
    """

    help_topic = "brain-data"

    def __init__(self, studio: Studio, method_id: str) -> None:
        self._kept: dict[str, Any] = {}
        super().__init__(studio, method_id)

    def fill_tabs(self) -> None:
        """Overview, maps, and everything else."""
        self._maps = LazyPart(self._made_maps)
        self._outputs = LazyPart(self._made_outputs)
        for title, part in ((OVERVIEW, self.overview), (MAPS, self._maps), (OUTPUTS, self._outputs)):
            self.tabs.addTab(part, title)

    def reading_of_choices(self, project: Project) -> Callable[[], tuple[RunChoice, ...]]:
        """Runs of this method."""
        return partial(reading.choices, project, self.method)

    def reading_of_results(self, project: Project, run_id: str) -> Callable[[], BrainResults]:
        """Maps, series and other outputs of a run."""
        return partial(reading.open_results, project, run_id)

    def show_results(self, results: BrainResults | None) -> None:
        """Show another run in the tabs that somebody has seen."""
        self.results = results
        for part in (self._maps.made, self._outputs.made):
            if part is not None:
                part.show_results(results)

    @property
    def maps(self) -> MapsTab:
        """The tab with the maps; made for whoever asks."""
        return self._maps.widget()

    @property
    def outputs(self) -> OutputsTab:
        """The tab with everything else."""
        return self._outputs.widget()

    def state(self) -> dict[str, Any]:
        """Run, tab and what is looked at."""
        maps = self._maps.made.state() if self._maps.made is not None else self._kept
        return {**super().state(), "maps": maps}

    def restore(self, state: dict[str, Any]) -> None:
        """Run, tab and look of the last time."""
        self._kept = state["maps"] if isinstance(state.get("maps"), dict) else {}
        if self._maps.made is not None:
            self._maps.made.restore(self._kept)
        super().restore(state)

    async def leave(self) -> None:
        """Read no further."""
        if self._maps.made is not None:
            self._maps.made.stop()

    @Slot()
    def on_first_run(self) -> None:
        """Fill the form, with the sample data set where the project has none."""
        if self.view is not None and any(need.role.required and need.fitting for need in self.view.needs):
            self.on_set_up()
        else:
            tasks.start(self._use_sample(SAMPLE_KIND), self)

    # --- inside

    def _made_maps(self) -> MapsTab:
        made = MapsTab(self.studio)
        made.first_run_wanted.connect(self.on_first_run)
        made.restore(self._kept)
        made.show_results(self.results)
        return made

    def _made_outputs(self) -> OutputsTab:
        made = OutputsTab(self.studio)
        made.first_run_wanted.connect(self.on_first_run)
        made.show_results(self.results)
        return made
