"""Reader of folders of pictures, flat or with a folder for each class."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurostudio.core.errors import RequestError
from neurostudio.data.encoding import explained
from neurostudio.data.import_report import ImportReport, Problem, kept_lines, worst_first
from neurostudio.data.options import check_options
from neurostudio.data.registry import Reader

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

KIND = "images"
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")

_LOOKED_AT = 2000
_MOST_PIXELS = 100_000_000
_SAMPLE_ITEMS = 5


@dataclass(frozen=True)
class PictureFolder:
    """Pictures in a folder.

    Attributes
    ----------
    path : Path
        The folder.
    names : tuple of str
        Path of each picture below the folder, with ``/``, in order.
    """

    path: Path
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    @property
    def classes(self) -> tuple[str, ...]:
        """Class of each picture: the folder that it lies in, empty at the top."""
        return tuple(name.rpartition("/")[0] for name in self.names)

    def find(self, name: str) -> str | None:
        """The picture that `name` means: its path below the folder, or its file name, with or without the ending.

        None where there is no such picture, or several.
        """
        wanted = name.replace("\\", "/").strip().removeprefix("./")
        if wanted in self.names:
            return wanted
        leaf = wanted.rpartition("/")[2]
        rules: tuple[Callable[[str], bool], ...] = (
            lambda one: one.endswith(f"/{wanted}") or wanted.endswith(f"/{one}"),
            lambda one: one.rpartition("/")[2] == leaf,
            lambda one: Path(one).stem == leaf,
        )
        for fits in rules:
            found = [one for one in self.names if fits(one)]
            if len(found) == 1:
                return found[0]
        return None

    def picture(self, name: str) -> "npt.NDArray[np.uint8]":
        """One picture in colour, shape ``(height, width, 3)``; transparent parts lie on white.

        Raises
        ------
        RequestError
            The file is gone, damaged or too large.
        """
        return read_picture(self.path / name)


def read_picture(path: Path) -> "npt.NDArray[np.uint8]":
    """Read a picture as red, green and blue, shape ``(height, width, 3)``; the first frame of a moving one."""
    import numpy as np
    from PIL import Image, ImageOps, UnidentifiedImageError

    with explained(path):
        try:
            with Image.open(path) as opened:
                if opened.width * opened.height > _MOST_PIXELS:
                    raise RequestError(f"{path} has {opened.width} x {opened.height} pixels", fix="Make it smaller")
                picture = ImageOps.exif_transpose(opened)
                if picture.mode in ("I;16", "I", "F"):
                    values = np.asarray(picture, dtype=np.float64)
                    low, high = float(values.min()), float(values.max())
                    grey = ((values - low) * (255 / (high - low) if high > low else 0)).astype(np.uint8)
                    return np.repeat(grey[:, :, None], 3, axis=2)
                layered = picture.convert("RGBA")
                ground = Image.new("RGBA", layered.size, "white")
                return np.array(Image.alpha_composite(ground, layered).convert("RGB"), dtype=np.uint8)
        except UnidentifiedImageError as error:
            raise RequestError(f"{path} is no picture", fix="Take it out of the folder, or write it again") from error
        except (SyntaxError, ValueError, Image.DecompressionBombError) as error:
            raise RequestError(f"{path} is a damaged picture", str(error), "Write it again") from error
        except OSError as error:
            if error.errno is None:  # PIL says so when a file is cut off
                raise RequestError(f"{path} is a damaged picture", str(error), "Write it again") from error
            raise


class PicturesReader:
    """Reads folders of pictures."""

    kind = KIND

    def recognise(self, path: Path) -> float:
        """How surely `path` is a folder of pictures, 0 to 1: the share of pictures among the first files."""
        if not path.is_dir():
            return 0.0
        looked, pictures = 0, 0
        for file in _files(path):
            looked += 1
            pictures += file.suffix.lower() in SUFFIXES
            if looked == _LOOKED_AT:
                break
        share = pictures / looked if looked else 0.0
        return 0.9 * share if share > 0.5 else 0.0

    def inspect(self, path: Path, options: Mapping[str, Any]) -> ImportReport:
        """Open every picture; damaged ones are named."""
        check_options(options, (), KIND)
        folder = _folder(path)
        sizes: Counter[tuple[int, int]] = Counter()
        damaged: list[tuple[int, str]] = []
        for number, name in enumerate(folder.names, 1):
            try:
                height, width, _ = folder.picture(name).shape
            except RequestError as error:
                damaged.append((number, str(error)))
                continue
            sizes[(width, height)] += 1
        problems = []
        if damaged:
            severity: Any = "error" if len(damaged) == len(folder) else "warning"
            message = f"{len(damaged):,} of {len(folder):,} pictures cannot be read: {damaged[0][1]}"
            problems.append(Problem(severity, message, kept_lines([number for number, _ in damaged])))
        facts = {
            "pictures": len(folder),
            "classes": len({name for name in folder.classes if name}),
            "sizes": [{"width": width, "height": height, "pictures": count} for (width, height), count in sizes.most_common(5)],
            "size_bytes": sum((folder.path / name).stat().st_size for name in folder.names),
        }
        sample = tuple({"picture": name} for name in folder.names[:_SAMPLE_ITEMS])
        form = "folder of classes" if facts["classes"] else "folder"
        return ImportReport(KIND, form, facts, worst_first(problems), sample)

    def open(self, path: Path, options: Mapping[str, Any]) -> PictureFolder:
        """The folder; each picture is read when it is asked for."""
        check_options(options, (), KIND)
        return _folder(path)


def _folder(path: Path) -> PictureFolder:
    if not path.is_dir():
        raise RequestError(f"{path} is a file, but pictures are a folder", fix="Give the folder that holds them")
    with explained(path):
        names = sorted(file.relative_to(path).as_posix() for file in _files(path) if file.suffix.lower() in SUFFIXES)
    if not names:
        raise RequestError(f"{path} holds no pictures", fix=f"They end with {', '.join(SUFFIXES)}")
    return PictureFolder(path, tuple(names))


def _files(path: Path) -> Iterator[Path]:
    """Files below a folder; what is hidden is left out."""
    for entry in sorted(path.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _files(entry)
        elif entry.is_file():
            yield entry


READERS: tuple[Reader, ...] = (PicturesReader(),)
