"""The view of compared curves: exported as it is seen, or as numbers; a report draws the same runs for print."""

from neurostudio.gui.views.curves import CurvesView


class ComparedCurvesView(CurvesView):
    """Curves of several runs."""

    def exports(self) -> list[tuple[str, str]]:
        return [("Export PNG...", ".png"), ("Export CSV...", ".csv")]
