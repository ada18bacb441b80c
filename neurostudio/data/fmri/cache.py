"""Where what can be made again is kept: results of verifying, and scratch files of images that are too large for memory."""

import os
from pathlib import Path

import platformdirs

CACHE_VARIABLE = "NEUROSTUDIO_CACHE"


def cache_root() -> Path:
    """The cache of this user on this machine; ``NEUROSTUDIO_CACHE`` names another folder."""
    return Path(os.environ.get(CACHE_VARIABLE) or platformdirs.user_cache_path("neurostudio"))
