"""Preferences of this user on this machine: typed, in a small TOML file; only what differs from the defaults is written.

What cannot be read takes its default and is named once: the file is kept beside as a backup and written anew without it.
"""

import contextlib
import json
import os
import shutil
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from neurostudio.core.errors import NeuroError
from neurostudio.core.files import write_text

FILE = "settings.toml"
FOLDER_VARIABLE = "NEUROSTUDIO_CONFIG"
VERSION_KEY = "version"
VERSION = 1
MOST_RECENT = 12

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]

UPGRADES: Mapping[int, Upgrade] = {}
"""``UPGRADES[n]`` turns the values of a file of version n into those of version n + 1; a pure function."""


class UserSettings(BaseModel):
    """All preferences.

    Attributes
    ----------
    appearance : str
        Colours of the window; ``system`` follows the desktop.
    text_scale : float
        Size of all text against that of the desktop.
    runs_at_once : int
        Most runs at the same time; 0 for as many as the machine holds.
    default_cores : int
        Threads of a new run; 0 for what its method asks for.
    radiological : bool
        Show the right side of the body on the left of the screen.
    recent_projects : tuple of str
        Paths, the latest first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    appearance: Literal["system", "light", "dark", "contrast"] = "system"
    text_scale: float = Field(1.0, ge=0.8, le=2.0)
    reduce_motion: bool = False
    layout_preset: Literal["work", "look", "compare", "write", "mine"] = "work"
    confirm_close: bool = True
    reopen_last: bool = True
    show_tour: bool = True
    runs_at_once: int = Field(0, ge=0, le=64)
    default_device: str = Field("auto", pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$")
    default_cores: int = Field(0, ge=0, le=1024)
    notifications_in_window: bool = True
    radiological: bool = False
    recent_projects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Loaded:
    """The preferences, and a sentence for each that could not be read."""

    settings: UserSettings
    notices: tuple[str, ...] = ()


def settings_folder() -> Path:
    """Where preferences of this user lie; ``NEUROSTUDIO_CONFIG`` names another place."""
    return Path(os.environ.get(FOLDER_VARIABLE) or platformdirs.user_config_path("neurostudio"))


def settings_file() -> Path:
    """The file with the preferences."""
    return settings_folder() / FILE


def backup_file() -> Path:
    """Where the file is kept as it was before something was taken out of it."""
    return settings_folder() / f"{FILE}.backup"


def load() -> Loaded:
    """Read the preferences; the defaults where there are none."""
    path = settings_file()
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Loaded(UserSettings())
    except OSError as error:
        return Loaded(UserSettings(), (f"The preferences in {path} cannot be read ({error}); the defaults are used",))
    loaded = read(content)
    if loaded.notices:
        with contextlib.suppress(OSError, NeuroError):  # where the folder cannot be written to, they are named again next time
            shutil.copyfile(path, backup_file())
            save(loaded.settings)
            return Loaded(loaded.settings, (*loaded.notices, f"The file as it was: {backup_file()}"))
    return loaded


def read(content: bytes, upgrades: Mapping[int, Upgrade] = UPGRADES) -> Loaded:
    """Make sense of the content of a file, of any version of it; pure."""
    try:
        given = tomllib.loads(content.decode("utf-8"))
    except ValueError as error:
        return Loaded(UserSettings(), (f"The preferences cannot be read ({error}); the defaults are used",))
    notices: list[str] = []
    version = given.pop(VERSION_KEY, VERSION)
    if not isinstance(version, int):
        notices.append(f"The version {version!r} of the preferences is not a number")
    elif version > VERSION:
        notices.append(
            f"The preferences were written by a newer program (version {version}); what this one does not know is left out"
        )
    else:
        for old in range(version, VERSION):
            given = upgrades[old](given)
    while True:
        try:
            return Loaded(UserSettings.model_validate(given), tuple(notices))
        except ValidationError as error:
            wrong = {str(one["loc"][0]): one["type"] for one in error.errors()}
        for key, kind in wrong.items():
            value = given.pop(key)
            is_unknown = kind == "extra_forbidden"
            notices.append(
                f"There is no preference '{key}'"
                if is_unknown
                else f"The preference '{key}' cannot be {value!r}; its default is used"
            )


def save(settings: UserSettings) -> None:
    """Write the preferences that differ from the defaults, all or nothing.

    Raises
    ------
    NeuroError
        When the folder cannot be written to.
    """
    changed = settings.model_dump(exclude_defaults=True, mode="json")
    lines = [f"{key} = {_toml(value)}\n" for key, value in {VERSION_KEY: VERSION, **changed}.items()]
    write_text(settings_file(), "".join(lines))


def change(**changes: Any) -> UserSettings:
    """Change some preferences and leave the others as they stand in the file by now, perhaps from another window."""
    now = load().settings.model_dump()
    settings = UserSettings.model_validate({**now, **changes})
    save(settings)
    return settings


def remember_project(path: Path) -> UserSettings:
    """Put a project at the head of those that were opened last."""
    text, now = str(path), load().settings
    if _has_half_characters(text):
        return now
    return change(recent_projects=(text, *(one for one in now.recent_projects if one != text))[:MOST_RECENT])


def _has_half_characters(text: str) -> bool:
    """Whether a file name holds bytes that are no text, which no TOML file can hold."""
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def _toml(value: Any) -> str:
    # JSON writes numbers, switches, texts and lists of texts as TOML does, but for one control character
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
