"""A sample study on a card: made on a click, with finished runs if one waits half a minute."""

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QMenu, QProgressBar, QToolButton, QVBoxLayout

from neurostudio.app.sample_studies import SampleStudy, sample_folder
from neurostudio.gui import theme
from neurostudio.gui.panels.welcome.presenter import short
from neurostudio.gui.widgets import Card, Heading, IconLabel, Row, Secondary, button, fill, tool_button

SCALE = 100


class StudyCard(Card):
    """The card::

        (*) Spiking text: English reviews
            2,400 short reviews in two classes. Train a spiking ...
            [Open sample] [With finished runs] (...)
            ####------  bernoulli: training 1/48 batches      [Stop]

    Signals
    -------
    wanted : bool
        Make it; True for one with finished runs.
    folder_wanted : bool
        The same, in a folder that is asked for.
    stop_wanted : stop what is being made
    """

    wanted = Signal(bool)
    folder_wanted = Signal(bool)
    stop_wanted = Signal()

    def __init__(self, study: SampleStudy, *, has_demo: bool) -> None:
        self.study = study
        self.open = button("Open sample", "", f"Made in {short(sample_folder(study))}, or opened where it is there already")
        self.open.setAccessibleName(f"Open sample: {study.title}")
        self.demo = button("With finished runs", "", "Runs the sample first: about half a minute")
        self.demo.setAccessibleName(f"With finished runs: {study.title}")
        self.demo.setVisible(has_demo)
        self.more = tool_button("more", f"Choose the folder for {study.title}")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.more)
        menu.addAction("Open sample in...", lambda: self.folder_wanted.emit(False))
        if has_demo:
            menu.addAction("With finished runs in...", lambda: self.folder_wanted.emit(True))
        self.more.setMenu(menu)
        self.words = Secondary()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(f"Progress of {study.title}")
        self.stop = button("Stop", "stop", "Stop making the sample")
        body = QVBoxLayout()
        head = QHBoxLayout()
        super().__init__(head, gap=0.8, margin=1.6)
        u = theme.unit(self)
        self.bar.setFixedHeight(u)
        self._doing = Row(self.bar, self.stop, gap=1)
        fill(body, (Heading(study.title), Secondary(study.text), Row(self.open, self.demo, self.more, None)), u, 0.8)
        body.addWidget(self.words)
        body.addWidget(self._doing)
        column = QVBoxLayout()
        fill(column, (IconLabel("spikes", 2.6, tint="accent"), None), u, 0)
        fill(head, (column, body), u, 1.4)
        head.setStretch(1, 1)
        self.open.clicked.connect(lambda: self.wanted.emit(False))
        self.demo.clicked.connect(lambda: self.wanted.emit(True))
        self.stop.clicked.connect(self.stop_wanted)
        self.rest()

    @Slot()
    def rest(self) -> None:
        """Nothing is being made."""
        for widget in (self.open, self.demo, self.more):
            widget.setEnabled(True)
        self.words.hide()
        self._doing.hide()

    def show_work(self, words: str, share: float | None, *, can_stop: bool) -> None:
        """Say what is being done; `share` from 0 to 1, None where it cannot be told."""
        for widget in (self.open, self.demo, self.more):
            widget.setEnabled(False)
        self.words.setText(words)
        self.words.show()
        self.bar.setRange(0, SCALE if share is not None else 0)
        self.bar.setValue(round(SCALE * (share or 0.0)))
        self.stop.setVisible(can_stop)
        self._doing.show()

    def folder(self) -> Path:
        """Where the study is made unless another folder is chosen."""
        return sample_folder(self.study)
