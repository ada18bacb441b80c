"""The curves of one run, read little by little while it goes on. No Qt; one thread at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from neurostudio.app import Project
from neurostudio.store import read
from neurostudio.store.curves import CurvePlace
from neurostudio.store.rows import Curve

OUTLINE_POINTS = 20_000


@dataclass(frozen=True, eq=False)
class CurveNews:
    """What is new in one metric; `is_whole` where it takes the place of what was read before."""

    curve: Curve
    is_whole: bool

    @property
    def name(self) -> str:
        """Name of the metric."""
        return self.curve.name


@dataclass(frozen=True, eq=False)
class CurvesRead:
    """One reading.

    Attributes
    ----------
    family : str
        The family that was read; the first one where the wanted one has no curve.
    news : tuple of CurveNews
        What is new in the metrics of that family, in their order.
    """

    family: str
    news: tuple[CurveNews, ...]


def family_of(name: str) -> str:
    """Part of the name of a metric before the slash.

    >>> family_of("train/loss")
    'train'
    """
    return name.rpartition("/")[0]


@dataclass
class CurveReader:
    """Reads each number of a live run once; of a run that is over, outlines are enough.

    Only the family that is looked at is read. A reader that is asked for another one begins again.
    """

    project: Project
    run_id: str
    _family: str | None = None
    _places: dict[str, CurvePlace | None] = field(default_factory=dict)
    _outlined: set[str] = field(default_factory=set)

    def restart(self) -> None:
        """Give everything again at the next reading."""
        self._places, self._outlined = {}, set()

    def read(self, names: Sequence[str], family: str | None, *, is_live: bool) -> CurvesRead:
        """What has come since the last reading.

        Parameters
        ----------
        names : sequence of str
            Every metric of the run that is a curve, in its order.
        family : str or None
            Family to read; None for the first.
        is_live : bool
            The run goes on, so that more will come.
        """
        families = list(dict.fromkeys(map(family_of, names)))
        chosen = family if family in families else families[0] if families else ""
        if chosen != self._family:
            self._family = chosen
            self.restart()
        read_now = (self._news(name, is_live) for name in names if family_of(name) == chosen)
        return CurvesRead(chosen, tuple(news for news in read_now if news is not None))

    def _news(self, name: str, is_live: bool) -> CurveNews | None:
        store = self.project.store
        if not is_live and name not in self._places:
            if name in self._outlined:
                return None
            self._outlined.add(name)
            return CurveNews(read.curve_outline(store, self.run_id, name, OUTLINE_POINTS), is_whole=True)
        self._outlined.discard(name)
        tail = read.curve_tail(store, self.run_id, name, self._places.get(name))
        self._places[name] = tail.place
        return CurveNews(tail.new, tail.is_whole) if tail.is_whole or len(tail.new.values) else None
