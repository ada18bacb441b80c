"""What the views import: the panel of an artifact no plots, and no view anything that draws for paper or computes."""

import subprocess
import sys

import pytest

HEAVY = ("matplotlib", "torch", "pandas", "scipy", "reportlab", "transformers", "sqlalchemy.orm", "PIL")
ALL_VIEWS = """
import importlib, pkgutil, neurostudio.gui.views as views
for module in pkgutil.iter_modules(views.__path__):
    importlib.import_module("neurostudio.gui.views." + module.name)
"""


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("from neurostudio.gui.views import ArtifactPanel, ArtifactSource, view_for", ("pyqtgraph", *HEAVY)),
        ("import neurostudio.gui.views.table, neurostudio.gui.views.text, neurostudio.gui.views.figure", ("pyqtgraph", *HEAVY)),
        (ALL_VIEWS, HEAVY),
    ],
    ids=["panel", "views without plots", "all views"],
)
def test_nothing_heavy_is_imported(code: str, absent: tuple[str, ...]) -> None:
    check = f"{code}\nimport sys\nprint([name for name in {absent!r} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
