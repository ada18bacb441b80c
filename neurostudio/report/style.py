"""One look for every picture and page: colours, type sizes, and the matplotlib settings that hold them.

The matplotlib settings are applied only inside :func:`applied`, under one lock, and put back afterwards: matplotlib keeps
them in a global table, and a notebook that imports this package must keep its own look. Nothing here uses pyplot.
"""

import contextlib
import logging
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from neurostudio.report.wording import clean

logger = logging.getLogger(__name__)

# Okabe-Ito, ordered so that the first five stand out from white by 3:1 or more.
CATEGORY_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9", "#F0E442")
ORDER_MAP = "viridis"
SIGNED_MAP = "RdBu_r"
MAX_LINES = 6

PAPER = "#FFFFFF"
TEXT = "#1C2126"
SECONDARY = "#5B6670"
HAIRLINE = "#DDE1E5"
FRAME = "#F6F7F8"
ACCENT = "#2F6FDE"
BASELINE = "#767F88"
PROBLEM = "#B3261E"
PROBLEM_SURFACE = "#FCF1F0"

WIDE_INCH = (7.4, 3.3)
SMALL_INCH = (3.6, 2.4)
FONT_POINTS = 9.0
SMALL_FONT_POINTS = 8.0
RASTERIZE_ABOVE = 4_000  # marks; more would make a vector file slow to open
PNG_DPI = 200
MISSING_GLYPH = "□"

CJK_FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Heiti SC",
    "STHeiti",
    "SimHei",
    "Noto Sans CJK JP",
    "Droid Sans Fallback",
    "Arial Unicode MS",
    "Noto Serif CJK SC",
    "Songti SC",
    "SimSun",
    "AR PL UMing CN",
)

_CJK_BLOCKS = ((0x2E80, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF), (0x20000, 0x3FFFF))
_lock = threading.RLock()


@contextlib.contextmanager
def applied() -> Iterator[None]:
    """Hold the style while figures are made or written; one thread at a time, and nothing stays changed."""
    import matplotlib as mpl

    with _lock, mpl.rc_context(_settings()):
        yield


def colour(index: int) -> str:
    """Colour of the n-th category; starts over after eight."""
    return CATEGORY_COLOURS[index % len(CATEGORY_COLOURS)]


def is_cjk(char: str) -> bool:
    """Whether a character is Chinese, Japanese or Korean writing or its full-width punctuation."""
    code = ord(char)
    return any(first <= code <= last for first, last in _CJK_BLOCKS)


def drawable(text: object) -> str:
    """Text in which every character that no font here can draw is a square, so that matplotlib has nothing to warn about."""
    glyphs = _glyphs()
    return "".join(char if char == "\n" or ord(char) in glyphs else MISSING_GLYPH for char in clean(text))


@cache
def cjk_font_file() -> Path | None:
    """A font file with Chinese characters; None where none is installed."""
    from matplotlib import font_manager

    by_family = {entry.name: Path(entry.fname) for entry in font_manager.fontManager.ttflist if entry.style == "normal"}
    named = (by_family[family] for family in CJK_FAMILIES if family in by_family)
    return next((file for file in named if file.is_file()), None) or _cjk_font_of_fontconfig()


def _cjk_font_of_fontconfig() -> Path | None:
    """Ask fontconfig: matplotlib's own list may be older than the font."""
    if shutil.which("fc-list") is None:
        return None
    try:
        answer = subprocess.run(
            ["fc-list", ":lang=zh", "--format", "%{file}\n"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        logger.info("fontconfig gave no answer error=%s", error)
        return None
    files = (Path(line) for line in sorted(answer.stdout.splitlines()))
    return next((file for file in files if file.suffix.lower() in (".ttf", ".ttc", ".otf")), None)


@cache
def _cjk_family() -> str | None:
    from matplotlib import font_manager

    file = cjk_font_file()
    if file is None:
        return None
    try:
        font_manager.fontManager.addfont(file)
        return font_manager.FontProperties(fname=file).get_name()
    except (OSError, RuntimeError) as error:
        logger.warning("font cannot be read file=%s error=%s", file, error)
        return None


@cache
def _glyphs() -> frozenset[int]:
    """Code points that DejaVu Sans or the Chinese font hold."""
    from matplotlib.font_manager import get_font

    files = [dejavu_file("DejaVuSans.ttf")]
    if _cjk_family() is not None:
        files.append(cjk_font_file() or files[0])
    return frozenset().union(*(get_font(str(file)).get_charmap() for file in files))


def dejavu_file(name: str) -> Path:
    """One of the font files that matplotlib brings: ``DejaVuSans.ttf``, ``DejaVuSans-Bold.ttf``, ``DejaVuSansMono.ttf`` ..."""
    import matplotlib as mpl

    return Path(mpl.get_data_path()) / "fonts" / "ttf" / name


@cache
def _settings() -> Any:  # matplotlib types the keys one by one
    chinese = _cjk_family()
    return {
        "font.family": ["DejaVu Sans", *([chinese] if chinese else [])],
        "font.size": FONT_POINTS,
        "text.color": TEXT,
        "text.parse_math": False,  # a '$' in a name is a '$'
        "axes.unicode_minus": True,
        "axes.facecolor": PAPER,
        "axes.edgecolor": SECONDARY,
        "axes.linewidth": 0.6,
        "axes.labelcolor": TEXT,
        "axes.labelsize": FONT_POINTS,
        "axes.titlesize": FONT_POINTS,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.grid": False,
        "axes.xmargin": 0.02,
        "axes.formatter.use_mathtext": False,
        "axes.formatter.limits": (-4, 6),
        "grid.color": HAIRLINE,
        "grid.linewidth": 0.6,
        "xtick.color": SECONDARY,
        "ytick.color": SECONDARY,
        "xtick.labelcolor": TEXT,
        "ytick.labelcolor": TEXT,
        "xtick.labelsize": SMALL_FONT_POINTS,
        "ytick.labelsize": SMALL_FONT_POINTS,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "xtick.major.size": 3.0,
        "ytick.major.size": 3.0,
        "lines.linewidth": 1.5,
        "lines.markersize": 3.5,
        "patch.linewidth": 0.0,
        "image.cmap": ORDER_MAP,
        "figure.facecolor": PAPER,
        "savefig.facecolor": PAPER,
        "savefig.dpi": PNG_DPI,
        "svg.fonttype": "path",
        "svg.hashsalt": "neurostudio",  # the same picture gives the same bytes
        "pdf.fonttype": 42,
    }
