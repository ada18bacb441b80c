"""Presets: those of the program, the user's own, and files that are no presets."""

from pathlib import Path

import pytest
import yaml

from neurostudio.app.presets import Preset, list_presets, read_preset, remove_preset, save_preset
from neurostudio.core.errors import RequestError
from neurostudio.core.registry import registry
from neurostudio.core.resources import resource_folder

METHOD = "spiking.text"


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "config"
    monkeypatch.setenv("NEUROSTUDIO_CONFIG", str(folder))
    return folder


def paper() -> Preset:
    return next(preset for preset in list_presets(METHOD) if preset.name == "paper")


def test_presets_of_the_program_are_listed_and_fit_their_methods() -> None:
    files = list((resource_folder() / "settings").glob("*.yaml"))
    found = [preset for method_id in registry().methods for preset in list_presets(method_id)]
    assert {preset.path for preset in found} == set(files)
    for preset in found:
        assert not preset.is_own
        assert registry().get(preset.method).load_spec().from_settings(read_preset(preset))


def test_the_preset_of_the_paper_has_its_numbers() -> None:
    settings = read_preset(paper())
    assert (settings["time_steps"], settings["training"]["lr"], settings["vectors"]["kind"]) == (50, 1e-4, "file")


def test_own_presets_are_kept_per_user_and_method(config: Path) -> None:
    settings = registry().get(METHOD).load_spec().from_settings({"training": {"lr": 3e-5}}).as_settings()
    saved = save_preset(METHOD, " Größer, 2nd ".replace(",", ""), settings)
    assert saved.path == config / "presets" / METHOD / "Größer 2nd.yaml"
    assert [preset.name for preset in list_presets(METHOD)] == ["paper", "Größer 2nd"]
    assert read_preset(saved) == settings
    assert list_presets("counting.sum") == []
    remove_preset(saved)
    assert [preset.name for preset in list_presets(METHOD)] == ["paper"]


def test_a_name_that_is_taken_is_replaced_only_on_purpose() -> None:
    settings = registry().get(METHOD).load_spec()().as_settings()
    save_preset(METHOD, "quick", settings)
    with pytest.raises(RequestError, match="already"):
        save_preset(METHOD, "Quick", settings)
    replaced = save_preset(METHOD, "QUICK", {**settings, "time_steps": 4}, replace=True)
    assert replaced.name == "quick"
    assert read_preset(replaced)["time_steps"] == 4
    with pytest.raises(RequestError, match="of the program"):
        save_preset(METHOD, "Paper", settings, replace=True)
    with pytest.raises(RequestError, match="stays"):
        remove_preset(paper())


@pytest.mark.parametrize("name", ["", "  ", "a/b", "..", ".hidden", "a:b", "x" * 61, "tail."])
def test_names_that_no_file_can_have_are_refused(name: str) -> None:
    with pytest.raises(RequestError, match="cannot be the name of a preset"):
        save_preset(METHOD, name, {})


def test_settings_that_the_method_does_not_take_are_not_saved(config: Path) -> None:
    with pytest.raises(RequestError, match="time_stepz"):
        save_preset(METHOD, "wrong", {"time_stepz": 3})
    assert not config.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("settings: {time_steps: 0}", ["'odd'", "time_steps", "odd.yaml"]),
        ("settings: {no_such_setting: 1}", ["'odd'", "no_such_setting"]),
        ("method: spiking.image\nsettings: {}", ["'odd'", "spiking.image", "spiking.text"]),
        ("[1, 2", ["odd.yaml", "YAML"]),
        ("just words", ["odd.yaml", "no settings"]),
        ("method: spiking.text\nsettings: 3", ["odd.yaml", "settings"]),
        ("settings: {spec_version: 99}", ["'odd'", "version 99"]),
    ],
)
def test_a_file_that_is_no_preset_says_what_is_wrong(config: Path, content: str, words: list[str]) -> None:
    path = config / "presets" / METHOD / "odd.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    (path.parent / ".partial-1-left.yaml").write_text("left by a crash", encoding="utf-8")
    own = [preset for preset in list_presets(METHOD) if preset.is_own]
    assert [preset.name for preset in own] == ["odd"]
    with pytest.raises(RequestError) as caught:
        read_preset(own[0])
    for word in words:
        assert word in str(caught.value)


def test_a_saved_preset_is_a_settings_file_of_the_command_line(config: Path) -> None:
    saved = save_preset(METHOD, "mine", registry().get(METHOD).load_spec()().as_settings())
    document = yaml.safe_load(saved.path.read_text(encoding="utf-8"))
    assert document["method"] == METHOD
    assert document["settings"]["spec_version"] == 1
