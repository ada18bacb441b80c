"""Preferences survive what people, other versions and full disks do to their file."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.app import settings as preferences
from neurostudio.app.settings import UserSettings

ANY_SETTINGS = st.builds(
    UserSettings,
    appearance=st.sampled_from(["system", "light", "dark", "contrast"]),
    text_scale=st.floats(0.8, 2.0),
    reduce_motion=st.booleans(),
    layout_preset=st.sampled_from(["work", "look", "compare", "write", "mine"]),
    confirm_close=st.booleans(),
    reopen_last=st.booleans(),
    show_tour=st.booleans(),
    runs_at_once=st.integers(0, 64),
    default_device=st.sampled_from(["auto", "cpu", "mps", "cuda", "cuda:1"]),
    default_cores=st.integers(0, 1024),
    notifications_in_window=st.booleans(),
    recent_projects=st.lists(st.text(), max_size=4).map(tuple),
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the preferences that does not exist yet."""
    monkeypatch.setenv(preferences.FOLDER_VARIABLE, str(tmp_path / "config"))
    return tmp_path / "config"


def write(text: str) -> None:
    file = preferences.settings_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def test_without_a_file_the_defaults_hold_and_nothing_is_written(folder: Path) -> None:
    assert preferences.load() == preferences.Loaded(UserSettings())
    assert not folder.exists()


@given(settings=ANY_SETTINGS)
def test_what_is_saved_is_loaded(settings: UserSettings) -> None:
    preferences.save(settings)
    assert preferences.load() == preferences.Loaded(settings)


def test_only_what_differs_from_the_defaults_is_written() -> None:
    preferences.save(UserSettings(appearance="dark", recent_projects=('C:\\Users\\ö "x"\t\x7f',)))
    written = tomllib.loads(preferences.settings_file().read_text(encoding="utf-8"))
    assert written == {"version": 1, "appearance": "dark", "recent_projects": ['C:\\Users\\ö "x"\t\x7f']}


def test_unknown_and_wrong_values_are_named_once_and_kept_in_a_backup() -> None:
    text = 'version = 1\nappearance = "pink"\ntext_scale = 9\nfont = "x"\nconfirm_close = false\nrecent_projects = [1]\n'
    write(text)
    loaded = preferences.load()
    assert loaded.settings == UserSettings(confirm_close=False)
    said = "\n".join(loaded.notices)
    for word in ("'appearance' cannot be 'pink'", "'text_scale' cannot be 9", "no preference 'font'", "'recent_projects'"):
        assert word in said
    assert str(preferences.backup_file()) in said
    assert preferences.backup_file().read_text(encoding="utf-8") == text
    assert preferences.load() == preferences.Loaded(UserSettings(confirm_close=False))


@pytest.mark.parametrize("text", ["appearance = ", "\x00", "[appearance]\nx = 1", "version = 'one'"])
def test_a_broken_file_gives_the_defaults_and_is_kept(text: str) -> None:
    write(text)
    loaded = preferences.load()
    assert loaded.settings == UserSettings()
    assert loaded.notices
    assert preferences.backup_file().read_text(encoding="utf-8") == text


def test_bytes_that_are_no_text_give_the_defaults(folder: Path) -> None:
    folder.mkdir()
    preferences.settings_file().write_bytes(b"\xff\xfe")
    assert preferences.load().settings == UserSettings()


def test_a_file_of_a_newer_program_is_read_as_far_as_it_is_understood() -> None:
    write('version = 99\nappearance = "dark"\nholograms = true\n')
    loaded = preferences.load()
    assert loaded.settings == UserSettings(appearance="dark")
    assert "newer program" in loaded.notices[0]
    assert "version = 99" in preferences.backup_file().read_text(encoding="utf-8")


def test_a_file_of_an_older_version_goes_through_every_upgrade() -> None:
    assert set(preferences.UPGRADES) == set(range(1, preferences.VERSION))
    upgrades = {
        -1: lambda values: {"runs": values["jobs"] + 1},
        0: lambda values: {"runs_at_once": values["runs"] * 10},
    }
    assert preferences.read(b"version = -1\njobs = 2\n", upgrades) == preferences.Loaded(UserSettings(runs_at_once=30))
    assert preferences.read(b"version = 0\nruns = 2\n", upgrades) == preferences.Loaded(UserSettings(runs_at_once=20))


def test_a_file_that_cannot_be_opened_is_said_and_left_alone(folder: Path) -> None:
    preferences.settings_file().mkdir(parents=True)
    loaded = preferences.load()
    assert loaded.settings == UserSettings()
    assert "cannot be read" in loaded.notices[0]
    assert preferences.settings_file().is_dir()


def test_projects_are_remembered_latest_first_each_once(tmp_path: Path) -> None:
    preferences.save(UserSettings(appearance="dark"))
    paths = [tmp_path / f"p{n}" for n in range(preferences.MOST_RECENT + 2)]
    for path in [*paths, paths[5]]:
        preferences.remember_project(path)
    settings = preferences.load().settings
    assert settings.recent_projects[:2] == (str(paths[5]), str(paths[-1]))
    assert len(settings.recent_projects) == preferences.MOST_RECENT
    assert settings.appearance == "dark"


def test_a_project_whose_name_is_no_text_is_not_remembered() -> None:
    assert preferences.remember_project(Path("/tmp/a\udcff")).recent_projects == ()


def test_a_change_leaves_what_another_window_has_changed_meanwhile() -> None:
    preferences.save(UserSettings(text_scale=1.5))
    assert preferences.change(appearance="light") == UserSettings(text_scale=1.5, appearance="light")
    with pytest.raises(ValueError, match="text_scale"):
        preferences.change(text_scale=7)
