"""What the viewer of volumes imports: nothing that draws plots, reads tables or computes; images are read by the data room."""

import subprocess
import sys

HEAVY = ("pyqtgraph", "matplotlib", "scipy", "pandas", "nilearn", "nibabel", "torch", "sqlalchemy.orm", "reportlab")


def test_the_viewer_imports_nothing_heavy() -> None:
    check = f"import neurostudio.gui.views.volume.view, sys\nprint([name for name in {HEAVY!r} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
