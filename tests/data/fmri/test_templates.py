import subprocess
import sys

import nibabel as nib
import pytest

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri import templates
from neurostudio.data.fmri.header import read_header


def test_the_mni_template_is_found_in_its_space() -> None:
    for path in (templates.mni152_t1(), templates.mni152_grey(), templates.mni152_white()):
        header = read_header(path)
        assert header.axis_codes == ("R", "A", "S") or header.has_orientation
        assert header.zooms_mm == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_hemisphere_has_surfaces_and_measures_of_the_same_vertices(side: templates.Side) -> None:
    files = templates.fsaverage5(side)
    assert set(files) >= {"white", "pial", "inflated", "sulc", "curv"}
    counts = {name: nib.load(path).darrays[0].data.shape[0] for name, path in files.items()}
    assert set(counts.values()) == {10242}


def test_nilearn_is_not_imported_for_it() -> None:
    code = "import sys; from neurostudio.data.fmri import templates; templates.mni152_t1(); print('nilearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_without_nilearn_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "find_spec", lambda _: None)
    assert not templates.is_there()
    with pytest.raises(RequestError, match="pip install nilearn"):
        templates.mni152_t1()
