"""System libraries that the window needs. Standard library only: the set-up script reads it before anything is installed."""

import ctypes.util
import sys

QT_LIBRARIES = {  # shared library that Qt's xcb plugin needs -> Debian package
    "EGL": "libegl1",
    "GL": "libgl1",
    "xkbcommon-x11": "libxkbcommon-x11-0",
    "dbus-1": "libdbus-1-3",
    "fontconfig": "libfontconfig1",
    "xcb-cursor": "libxcb-cursor0",
    "xcb-icccm": "libxcb-icccm4",
    "xcb-keysyms": "libxcb-keysyms1",
    "xcb-image": "libxcb-image0",
    "xcb-render-util": "libxcb-render-util0",
    "xcb-xkb": "libxcb-xkb1",
}


def missing_qt_packages() -> list[str]:
    """Debian packages whose libraries Qt's window needs and this Linux machine lacks; empty on other systems."""
    if sys.platform != "linux":
        return []
    return [package for library, package in QT_LIBRARIES.items() if ctypes.util.find_library(library) is None]
