"""Presets: named sets of settings of one method. Some come with the program; each user keeps their own.

Both are settings files as ``--spec`` reads them, so that a preset is used on the command line, too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from neurostudio.app.settings import settings_folder
from neurostudio.app.spec_file import read_spec_file
from neurostudio.core.errors import RequestError
from neurostudio.core.files import remove, write_text
from neurostudio.core.registry import registry
from neurostudio.core.resources import resource_folder
from neurostudio.core.spec import nested

MOST_CHARACTERS = 60
_ENDING = ".yaml"
_NAME = re.compile(r"\w(?:[\w .+-]*\w)?")


@dataclass(frozen=True)
class Preset:
    """A named set of settings of one method; `is_own` tells the user's own from those of the program."""

    method: str
    name: str
    path: Path
    is_own: bool


def list_presets(method_id: str) -> list[Preset]:
    """The presets of a method: those of the program first, then the user's own, each by name."""
    shipped = (resource_folder() / "settings").glob(f"{method_id}-*{_ENDING}")
    own = _own_folder(method_id).glob(f"*{_ENDING}")
    return [
        *(Preset(method_id, path.stem.removeprefix(f"{method_id}-"), path, is_own=False) for path in sorted(shipped)),
        *(Preset(method_id, path.stem, path, is_own=True) for path in sorted(own) if not path.name.startswith(".")),
    ]


def read_preset(preset: Preset) -> dict[str, Any]:
    """The whole settings of a preset, checked; of an older version they are upgraded.

    Raises
    ------
    RequestError
        The file cannot be read, is for another method, or has a setting that the method does not take.
    """
    file = read_spec_file(preset.path)
    if file.method is not None and file.method != preset.method:
        raise RequestError(
            f"The preset '{preset.name}' is for {file.method}, not for {preset.method}", fix=f"See its file: {preset.path}"
        )
    spec = registry().get(preset.method).load_spec()
    try:
        return spec.from_settings(nested(file.settings)).as_settings()
    except RequestError as error:
        why = f"{error.what}. {error.fix}" if error.fix else error.what
        raise RequestError(f"The preset '{preset.name}' cannot be used", why, f"Correct its file: {preset.path}") from error


def save_preset(method_id: str, name: str, settings: Mapping[str, Any], *, replace: bool = False) -> Preset:
    """Keep settings under a name.

    Parameters
    ----------
    settings : dict
        Plain settings, nested, with their version.
    replace : bool
        Write over an own preset of that name.

    Raises
    ------
    RequestError
        For a name that cannot be, or is taken.
    """
    name = name.strip()
    check_preset_name(name)
    for known in list_presets(method_id):
        if known.name.casefold() != name.casefold():
            continue
        if not known.is_own:
            raise RequestError(f"'{known.name}' is a preset of the program", fix="Choose another name")
        if not replace:
            raise RequestError(f"There is a preset '{known.name}' already", fix="Choose another name, or replace it")
        name = known.name
    checked = registry().get(method_id).load_spec().from_settings(settings)
    path = _own_folder(method_id) / f"{name}{_ENDING}"
    document = {"method": method_id, "settings": checked.as_settings()}
    write_text(path, yaml.safe_dump(document, allow_unicode=True, sort_keys=False))
    return Preset(method_id, name, path, is_own=True)


def remove_preset(preset: Preset) -> None:
    """Forget one of the user's own presets; RequestError for one of the program."""
    if not preset.is_own:
        raise RequestError(f"'{preset.name}' is a preset of the program and stays")
    remove(preset.path)


def check_preset_name(name: str) -> None:
    """RequestError for a name that cannot be that of a file on every system."""
    if not _NAME.fullmatch(name) or len(name) > MOST_CHARACTERS:
        raise RequestError(
            f"'{name}' cannot be the name of a preset",
            fix=f"Use letters, digits, blanks, '.', '_', '+' and '-', at most {MOST_CHARACTERS} of them",
        )


def _own_folder(method_id: str) -> Path:
    return settings_folder() / "presets" / method_id
