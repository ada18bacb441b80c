"""Preferences of this user on this machine: typed, in a small TOML file; only what differs from the defaults is written."""

import json
import os
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from neurostudio.core.files import replaced

FILE = "settings.toml"
MOST_RECENT = 12


class UserSettings(BaseModel):
    """All preferences."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    appearance: Literal["system", "light", "dark", "contrast"] = "system"
    text_scale: float = Field(1.0, ge=0.8, le=2.0)
    reduce_motion: bool = False
    confirm_close: bool = True
    reopen_last: bool = True
    show_tour: bool = True
    runs_at_once: int = Field(0, ge=0, le=64)
    default_device: str = "auto"
    default_cores: int = Field(0, ge=0, le=1024)
    notifications_in_window: bool = True
    recent_projects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Loaded:
    """The preferences, and a sentence for each that could not be read."""

    settings: UserSettings
    notices: tuple[str, ...] = ()


def settings_folder() -> Path:
    """Where preferences of this user lie; ``NEUROSTUDIO_CONFIG`` names another place."""
    return Path(os.environ.get("NEUROSTUDIO_CONFIG") or platformdirs.user_config_path("neurostudio"))


def load() -> Loaded:
    """Read the preferences; what cannot be read takes its default, and the file is kept beside as a backup."""
    path = settings_folder() / FILE
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Loaded(UserSettings())
    except (OSError, ValueError) as error:
        return Loaded(UserSettings(), (f"The preferences in {path} cannot be read ({error}); the defaults are used",))
    notices = []
    while True:
        try:
            settings = UserSettings.model_validate(given)
            break
        except ValidationError as error:
            for one in error.errors():
                key = str(one["loc"][0])
                if key in given:
                    notices.append(f"The preference '{key}' in {path} is not valid; its default is used")
                    del given[key]
    if notices:
        shutil.copyfile(path, path.with_name(f"{path.name}.backup"))
    return Loaded(settings, tuple(notices))


def save(settings: UserSettings) -> None:
    """Write the preferences that differ from the defaults."""
    path = settings_folder() / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    changed = settings.model_dump(exclude_defaults=True, mode="json")
    with replaced(path) as partial:
        partial.write_text("".join(f"{key} = {_toml(value)}\n" for key, value in changed.items()), encoding="utf-8")


def remember_project(path: Path) -> UserSettings:
    """Put a project at the head of those that were opened last."""
    settings = load().settings
    rest = [one for one in settings.recent_projects if one != str(path)]
    changed = settings.model_copy(update={"recent_projects": (str(path), *rest)[:MOST_RECENT]})
    save(changed)
    return changed


def _toml(value: Any) -> str:
    # JSON writes numbers, booleans, texts and lists of texts as TOML does
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
