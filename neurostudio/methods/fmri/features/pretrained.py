"""Loading models with transformers: safetensors only, no code of the model's own, nothing made up where weights are missing."""

import contextlib
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from neurostudio.core.errors import NeuroError
from neurostudio.data.readers.language_model import LanguageModelFolder

Source = LanguageModelFolder | str
"""A folder, or a name on the hub."""

LOADING_ERRORS = (OSError, ValueError, KeyError, ImportError, RuntimeError)

_NEVER_USED = "pooler"  # heads that transformers adds to some models, and that no hidden state passes


def place_of(source: Source) -> tuple[str, dict[str, Any]]:
    """Where transformers finds a model, and what it may do to get it."""
    is_folder = isinstance(source, LanguageModelFolder)
    place = str(source.path) if isinstance(source, LanguageModelFolder) else source
    return place, {"trust_remote_code": False, "local_files_only": is_folder}


def name_of(source: Source) -> str:
    """Name for people."""
    return source.path.name if isinstance(source, LanguageModelFolder) else source


def load_model(source: Source, device: str) -> Any:
    """Load a model without its output head, in 32 bits, ready to be asked.

    Raises
    ------
    NeuroError
        It cannot be loaded, or the folder lacks some of its weights.
    """
    check_installed()
    from transformers import AutoModel

    place, options = place_of(source)
    with explained_loading(source), _without_progress_bar():
        model, info = AutoModel.from_pretrained(place, use_safetensors=True, dtype="float32", output_loading_info=True, **options)
    missing = sorted(key for key in info["missing_keys"] if _NEVER_USED not in key)
    if missing:
        raise NeuroError(
            f"{len(missing)} weights of {name_of(source)} are missing, such as {missing[0]}",
            "transformers would fill them with random numbers",
            "Get the whole model",
        )
    return model.eval().to(device)


def check_installed() -> None:
    """NeuroError where the packages that language and vision models need are not installed."""
    missing = [name for name in ("torch", "transformers") if find_spec(name) is None]
    if missing:
        raise NeuroError(
            f"Features from a model need the package '{missing[0]}', which is not installed",
            fix="pip install 'neurostudio[language]'",
        )


@contextlib.contextmanager
def explained_loading(source: Source) -> Iterator[None]:
    """Turn what goes wrong while transformers loads something into a NeuroError that names it."""
    try:
        yield
    except LOADING_ERRORS as error:
        lines = [line for line in str(error).strip().split("\n") if line.strip()]
        fix = "Check the folder" if isinstance(source, LanguageModelFolder) else "Check the name and the network"
        raise NeuroError(f"The model {name_of(source)} cannot be loaded", lines[0][:300] if lines else "", fix) from error


@contextlib.contextmanager
def _without_progress_bar() -> Iterator[None]:
    from transformers.utils import logging

    was_on = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if was_on:
            logging.enable_progress_bar()
