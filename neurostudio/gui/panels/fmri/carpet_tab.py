"""The carpet of the run, linked both ways: a click goes to the voxel and the volume, and both are marked in it."""

import threading
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QLabel, QProgressBar, QStackedLayout, QVBoxLayout, QWidget

from neurostudio.core.errors import Cancelled, NeuroError
from neurostudio.data.fmri.image import Image
from neurostudio.gui import tasks, theme
from neurostudio.gui.panels.fmri.carpet_work import carpet_of
from neurostudio.gui.panels.fmri.opened import OpenRun
from neurostudio.gui.panels.parts.choice import choice, fill_choice
from neurostudio.gui.views.readout import Readout
from neurostudio.gui.views.timeline.carpet import CarpetPlot
from neurostudio.gui.views.timeline.carpet_data import ORDERS, Carpet, Order
from neurostudio.gui.views.timeline.traces import FRAMEWISE
from neurostudio.gui.views.volume.cursor import Cursor
from neurostudio.gui.widgets import Column, EmptyState, ErrorCard, Row, Secondary, button, fill
from neurostudio.report.wording import number_text

IMAGES_FILTER = "Label images (*.nii *.nii.gz);;All files (*)"
LOOK_EVERY_MS = 100


class CarpetTab(QWidget):
    """::

        Rows by [Position v] [Regions...]        1,500 of 21,780 voxels · 3 outlier volumes
        FD, DVARS
        carpet

    Nothing is computed before somebody looks, and before all of the image is there.
    """

    def __init__(self, cursor: Cursor) -> None:
        super().__init__()
        u = theme.unit(self)
        self._cursor = cursor
        self._opened: OpenRun | None = None
        self._labels: Path | None = None
        self._is_stale = False
        self._turn = 0
        self._stop = threading.Event()
        self._done = (0, 1)
        self.order = choice("How the rows are ordered")
        self.regions = button("Regions...", "", "Order the rows by the regions of a label image")
        self.facts = Secondary("", wrap=False)
        self.readout = Readout()
        self.plot = CarpetPlot(self.readout)
        self.words = QLabel()
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.busy = QProgressBar()
        self.busy.setTextVisible(False)
        self.busy.setFixedHeight(u)
        self.busy.setMaximumWidth(30 * u)
        self.busy.setAccessibleName("Carpet")
        self.card = ErrorCard()
        self.single = EmptyState("data-fmri", "One volume only", "A carpet shows voxels over time; this image has no time.")
        waiting = Column(None, self.words, self.busy, None, gap=1)
        waiting.layout().setAlignment(self.busy, Qt.AlignmentFlag.AlignHCenter)  # type: ignore[union-attr]
        content = QWidget()
        bar = Row(Secondary("Rows by", wrap=False), self.order, self.regions, None, self.facts, gap=0.8)
        fill(QVBoxLayout(content), (bar, self.plot, self.readout), u, 0.5, 1)
        content.layout().setStretch(1, 1)  # type: ignore[union-attr]
        self._pages = {"waiting": waiting, "content": content, "error": Column(self.card, None, margin=1), "single": self.single}
        self._stack = QStackedLayout(self)
        for page in self._pages.values():
            self._stack.addWidget(page)
        self._clock = QTimer(self, interval=LOOK_EVERY_MS)
        self._clock.timeout.connect(self.on_clock)
        self.destroyed.connect(self._stop.set)
        self.order.activated.connect(self.on_order)
        self.regions.clicked.connect(self.on_regions)
        self.card.wanted.connect(self.on_order)
        self.plot.time_wanted.connect(cursor.go_to)
        self.plot.voxel_wanted.connect(cursor.move_to)
        cursor.moved.connect(self.plot.set_voxel)
        cursor.time_moved.connect(self.plot.set_time)

    @property
    def carpet(self) -> Carpet | None:
        """What is drawn."""
        return self.plot.carpet if self._stack.currentWidget() is self._pages["content"] else None

    def show_run(self, opened: OpenRun) -> None:
        """Show another run, as soon as somebody looks."""
        self._stop.set()
        self._turn += 1
        self._opened = opened
        self._labels = None
        fill_choice(self.order, self._orders(opened))
        self._is_stale = True
        self.plot.set_tr(opened.tr_s)
        if opened.image.n_volumes < 2:
            self._show("single")
            return
        self._show("waiting")
        self.on_volumes(opened.image)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._start()

    # --- slots

    @Slot(object)
    def on_volumes(self, image: Image) -> None:
        """More of the image is there."""
        if self._opened is None or image is not self._opened.image or not self._is_stale:
            return
        done, total = image.n_loaded, image.n_volumes
        if done < total:
            self.words.setText(f"The carpet needs all volumes: {number_text(done)} of {number_text(total)} are loaded")
            self._say(done, total)
        self._start()

    @Slot()
    def on_order(self) -> None:
        """Another order of the rows."""
        self._is_stale = True
        self._start()

    @Slot()
    def on_regions(self) -> None:
        """A label image is wanted."""
        tasks.start(self._ask_regions(), self)

    @Slot()
    def on_clock(self) -> None:
        """How far the thread is."""
        self._say(*self._done)

    def order_by_regions(self, path: Path) -> None:
        """Order the rows by the regions of a label image."""
        self._labels = path
        if self._opened is not None:
            fill_choice(self.order, self._orders(self._opened))
            self.order.setCurrentIndex(self.order.findData("labels"))
            self.on_order()

    # --- inside

    def _orders(self, opened: OpenRun) -> list[tuple[str, str]]:
        has = {"labels": self._labels is not None, "motion": FRAMEWISE in opened.traces()}
        return [(order, title) for order, title in ORDERS.items() if has.get(order, True)]

    def _start(self) -> None:
        opened = self._opened
        is_ready = opened is not None and 1 < opened.image.n_volumes <= opened.image.n_loaded
        if opened is not None and is_ready and self._is_stale and self.isVisible():
            self._is_stale = False
            self._stop.set()
            self._stop = threading.Event()
            self._turn += 1
            tasks.start(self._make(opened, self.order.currentData(), self._turn, self._stop), self)

    async def _make(self, opened: OpenRun, order: Order, turn: int, stop: threading.Event) -> None:
        self.words.setText("Making the carpet")
        self._say(0, 0)
        self._show("waiting")
        self._clock.start()

        def progress(done: int, total: int) -> None:
            self._done = (done, total)

        try:
            carpet = await tasks.in_background(carpet_of, opened, order, self._labels, progress, stop.is_set)
        except Cancelled:
            return
        except NeuroError as error:
            if turn == self._turn:
                self.card.show_error(error, "Try again")
                self._show("error")
            return
        finally:
            if turn == self._turn:
                self._clock.stop()
        if turn == self._turn:
            self._show_carpet(carpet)

    def _show_carpet(self, carpet: Carpet) -> None:
        self.plot.show_carpet(carpet)
        self.plot.set_voxel(self._cursor.mm)
        self.plot.set_time(self._cursor.time)
        n_out = int(carpet.outliers.sum())
        outliers = (
            "no outlier volumes" if not n_out else "1 outlier volume" if n_out == 1 else f"{number_text(n_out)} outlier volumes"
        )
        self.facts.setText(f"{number_text(len(carpet.values))} of {number_text(carpet.n_voxels)} voxels · {outliers}")
        self._show("content")

    def _say(self, done: int, total: int) -> None:
        self.busy.setRange(0, max(0, total))
        self.busy.setValue(done)

    def _show(self, page: str) -> None:
        self._stack.setCurrentWidget(self._pages[page])

    async def _ask_regions(self) -> None:
        dialog = QFileDialog(self, "Order the rows by regions", "", IMAGES_FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        path = await tasks.chosen_path(dialog)
        if path is not None:
            self.order_by_regions(path)
