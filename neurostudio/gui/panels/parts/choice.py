"""A box to choose one of several words, filled so that the choice stays."""

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox


def choice(name: str) -> QComboBox:
    """An empty box; `name` is its tooltip and what a screen reader says."""
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    return box


def fill_choice(box: QComboBox, items: Sequence[tuple[str, str]]) -> None:
    """Offer these pairs of key and title; what was chosen stays chosen where it is still there."""
    if [box.itemData(place) for place in range(box.count())] == [key for key, _ in items]:
        return
    chosen = box.currentData()
    was_blocked = box.blockSignals(True)
    box.clear()
    for key, title in items:
        box.addItem(title, key)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    box.blockSignals(was_blocked)
