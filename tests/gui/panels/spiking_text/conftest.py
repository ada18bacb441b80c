"""What the tests of the spiking text panel share: its page on the real sample, and a small sentence made by hand."""

import gc
import time
from collections.abc import Callable, Iterator

import numpy as np
import psutil
import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from neurostudio.gui.panels.spiking_text.page import SpikingTextPage
from neurostudio.gui.panels.spiking_text.sentence import LayerSpikes, Sentence
from neurostudio.gui.studio import Studio

TABS = ("Overview", "Spikes", "Decision", "Accuracy and time", "Energy", "Neurons", "Filters", "Bench")


def live_workers() -> list[psutil.Process]:
    """Live workers that this process started, also dead ones that nobody has waited for."""
    found = []
    for child in psutil.Process().children(recursive=True):
        try:
            is_live = "--serve" in child.cmdline()
        except psutil.ZombieProcess:
            is_live = True
        except psutil.NoSuchProcess:
            is_live = False
        if is_live:
            found.append(child)
    return found


@pytest.fixture
def workers() -> Callable[[], list[psutil.Process]]:
    """Look for live workers."""
    return live_workers


@pytest.fixture
def sentence() -> Sentence:
    """Four words, two filters of width 3 (two places) and a pooled layer, three steps."""
    convolution = LayerSpikes("conv_3", np.array([1, 1, 2, 3]), np.array([0, 3, 0, 2]), 4, 2, np.ones((3, 4)), 0.5)
    pooled = LayerSpikes("pool", np.array([2]), np.array([1]), 2, 2)
    return Sentence(
        text="A small dull gem",
        words=("a", "small", "dull", "gem"),
        known=(True, True, False, True),
        n_cut=1,
        classes=("bad", "good"),
        curves=np.array([[0.5, 0.2, 0.1], [0.1, 0.3, 0.6]]),
        by_occlusion=np.array([0.1, -0.2, 0.0, 0.6]),
        by_spikes=np.array([0.0, 0.1, 0.1, 0.2]),
        input_raster=np.array([[1, 2, 3], [0, 0, 0], [4, 5, 6], [7, 8, 9]], dtype=float),
        layers=(convolution, pooled),
        label="good",
    )


@pytest.fixture
def page(qtbot: QtBot, open_sample: Studio) -> SpikingTextPage:
    """The panel with the newest finished run of the sample."""
    made = SpikingTextPage(open_sample)
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    qtbot.waitUntil(lambda: made.results is not None, timeout=10_000)
    return made


@pytest.fixture(autouse=True)
def no_workers() -> Iterator[None]:
    """No live worker outlives its panel, however that ends; what tests before left behind is theirs."""
    before = set(psutil.Process().children(recursive=True))
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    deadline = time.monotonic() + 15
    while (left := [one for one in live_workers() if one not in before]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []


@pytest.fixture
def show_tab(page: SpikingTextPage) -> Callable[[str], None]:
    """Bring a tab to the front by its title."""

    def show(title: str) -> None:
        page.tabs.setCurrentIndex(TABS.index(title))

    return show
