"""Settings that were once saved are read for ever: one file for each method and version of its Spec."""

import json
from pathlib import Path

import pytest

from neurostudio.core.registry import registry
from neurostudio.core.spec import VERSION_KEY, flatten

FILES = sorted((Path(__file__).parent / "specs").glob("*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_old_settings_are_still_read(file: Path) -> None:
    document = json.loads(file.read_text(encoding="utf-8"))
    spec = registry().get(document["method"]).load_spec()
    read = spec.from_settings(document["settings"]).as_settings()
    if document["settings"][VERSION_KEY] == spec.version:
        kept = flatten(document["settings"])
        assert {key: value for key, value in flatten(read).items() if key in kept} == kept


def test_every_method_has_a_golden_file_of_its_current_version() -> None:
    expected = {
        f"{method.id}-{method.load_spec().version}" for method in registry().methods.values() if method.source == "neurostudio"
    }
    assert expected <= {file.stem for file in FILES}
