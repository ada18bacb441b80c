"""Names of the labels of an atlas: from BIDS tables and JSON, FreeSurfer colour tables, FSL atlas XML, and plain lists."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from neurostudio.core.errors import RequestError
from neurostudio.data.encoding import read_text
from neurostudio.data.fmri.bids import is_entity_subset, parse_name
from neurostudio.data.fmri.text_table import is_missing, read_text_table

Colour = tuple[int, int, int]

_INDEX_COLUMNS = ("index", "value", "label", "id", "roi", "number", "no", "intensity")
_NAME_COLUMNS = ("name", "region", "label_name", "structure", "roi_name", "full_name", "label", "abbreviation")
_COLOUR_COLUMNS = ("color", "colour", "rgb")
_SUFFIXES = ("dseg", "probseg", "atlas")
_ENDINGS = (".json", ".tsv", ".csv", ".xml", ".txt", ".lut", ".label", ".ctab")
_LUT_LINE = re.compile(r"^\s*(\d+)[\s,]+(\S.*?)(?:[\s,]+(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})(?:[\s,]+\d+)?)?\s*$")
_HEX = re.compile(r"#([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})(?:[0-9A-Fa-f]{2})?")
_MOST_BYTES = 8 << 20
_MOST_UP = 4


@dataclass(frozen=True)
class LabelNames:
    """Names of labels.

    Attributes
    ----------
    names : dict of int to str
        Value in the image -> name.
    colours : dict of int to (red, green, blue)
        Where the file has them, 0 to 255.
    source : Path or None
        File they come from.
    """

    names: dict[int, str]
    colours: dict[int, Colour] = field(default_factory=dict)
    source: Path | None = None

    def name_of(self, value: int) -> str:
        """Name of a label; ``label 3`` where it has none, and nothing for 0, the background.

        >>> LabelNames({1: "Visual"}).name_of(1), LabelNames({}).name_of(3), LabelNames({}).name_of(0)
        ('Visual', 'label 3', '')
        """
        return self.names.get(value, f"label {value}" if value else "")


def read_label_names(path: Path) -> LabelNames:
    """Read the names of labels.

    Raises
    ------
    RequestError
        The file cannot be read, or holds no names.
    """
    if path.stat().st_size > _MOST_BYTES:
        raise RequestError(f"{path} is too large for a list of names ({path.stat().st_size:,} bytes)")
    suffix = path.suffix.lower()
    reader = {".json": _json_names, ".xml": _xml_names, ".tsv": _table_names, ".csv": _table_names}.get(suffix, _list_names)
    names, colours = reader(path)
    if not names:
        raise RequestError(f"{path} holds no names of labels", fix="Write one label a line: its number, then its name")
    return LabelNames(names, colours, path)


def find_label_names(image: Path) -> Path | None:
    """The file with the names of a label image: one named after it, one of BIDS above it, or the FSL XML that names it."""
    stem = image.name.removesuffix(".gz").removesuffix(".nii")
    files = {one.name: one for one in image.parent.iterdir() if one.suffix.lower() in _ENDINGS and one.is_file()}
    for name in _names_after(stem):
        if name in files and not (name.endswith(".json") and not _is_json_of_labels(files[name])):
            return files[name]
    return _of_bids(image) or _of_xml(image, stem)


def _names_after(stem: str) -> Iterable[str]:
    for ending in _ENDINGS:
        yield f"{stem}{ending}"
    for word in ("labels", "LUT", "lut", "names", "ColorLUT"):
        for joint in ("_", "-", "."):
            yield from (f"{stem}{joint}{word}{ending}" for ending in (".txt", ".tsv", ".csv", ".json"))
    yield from (f"{stem}.nii.txt", f"{stem}.nii.csv", f"{stem}.nii.gz.txt")


def _of_bids(image: Path) -> Path | None:
    own = parse_name(image.name)
    if own is None or own.suffix not in _SUFFIXES:
        return None
    folders = [image.parent, *list(image.parents)[1 : 1 + _MOST_UP]]
    for folder in folders:
        for one in sorted(folder.glob("*.tsv")):
            name = parse_name(one.name)
            if (
                name is not None
                and name.suffix == own.suffix
                and is_entity_subset(name.entities, own.entities, frozenset({"atlas"}))
            ):
                return one
        if (folder / "dataset_description.json").exists():
            break
    return None


def _of_xml(image: Path, stem: str) -> Path | None:
    """FSL keeps the XML of an atlas beside the folder of its images, and names them in it."""
    for folder in (image.parent, image.parent.parent):
        for one in sorted(folder.glob("*.xml")):
            if one.stat().st_size <= _MOST_BYTES and re.search(rf"[/>]{re.escape(stem)}\s*<", one.read_text("utf-8", "replace")):
                return one
    return None


def _is_json_of_labels(path: Path) -> bool:
    try:
        return bool(_json_names(path)[0])
    except RequestError:
        return False


def _json_names(path: Path) -> tuple[dict[int, str], dict[int, Colour]]:
    try:
        found = json.loads(read_text(path).text)
    except (ValueError, RecursionError) as error:
        raise RequestError(f"{path} is no JSON", str(error)) from error
    for key in ("labels", "Labels", "LabelMap", "Levels", "index"):
        if isinstance(found, dict) and isinstance(found.get(key), dict | list):
            found = found[key]
            break
    if isinstance(found, list):
        pairs = [(_of(one, _INDEX_COLUMNS), _of(one, _NAME_COLUMNS)) for one in found if isinstance(one, dict)]
    elif isinstance(found, dict):
        pairs = [(key, _of(value, _NAME_COLUMNS) if isinstance(value, dict) else value) for key, value in found.items()]
    else:
        pairs = []
    return {int(str(key)): value for key, value in pairs if str(key).isdecimal() and isinstance(value, str)}, {}


def _of(item: Mapping[str, object], names: Iterable[str]) -> object:
    lower = {str(key).lower(): value for key, value in item.items()}
    return next((lower[name] for name in names if name in lower), None)


def _xml_names(path: Path) -> tuple[dict[int, str], dict[int, Colour]]:
    """FSL: in a probabilistic atlas the image of the most likely labels counts from one, its volumes from zero."""
    from xml.etree import ElementTree as ET

    text = read_text(path).text
    if "<!ENTITY" in text:
        raise RequestError(f"{path} defines entities of its own and is not read", fix="Take the XML of the atlas as FSL ships it")
    try:
        root = ET.fromstring(text.encode())  # noqa: S314 - entities are refused above
    except (ET.ParseError, ValueError) as error:
        raise RequestError(f"{path} is no XML", str(error)) from error
    shift = int((root.findtext("header/type") or "").strip().lower().startswith("prob"))
    labels = [(one.get("index", ""), (one.text or "").strip()) for one in root.iterfind("data/label")]
    return {int(index) + shift: name for index, name in labels if index.isdecimal() and name}, {}


def _table_names(path: Path) -> tuple[dict[int, str], dict[int, Colour]]:
    table = read_text_table(path)
    if not table.names:
        return _list_names(path)
    lower = [name.lower() for name in table.names]
    index = next(
        (lower.index(name) for name in _INDEX_COLUMNS if name in lower and _is_whole(table.text(lower.index(name)))), None
    )
    name = next((lower.index(one) for one in _NAME_COLUMNS if one in lower and lower.index(one) != index), None)
    if index is None or name is None:
        raise RequestError(f"{path} has no columns index and name", f"Its columns are: {', '.join(table.names)}")
    colour = next((lower.index(one) for one in _COLOUR_COLUMNS if one in lower), None)
    names, colours = {}, {}
    for row in table.rows:
        if is_missing(row[index]):
            continue
        names[int(float(row[index]))] = row[name]
        if colour is not None and (match := _HEX.fullmatch(row[colour])):
            colours[int(float(row[index]))] = (int(match[1], 16), int(match[2], 16), int(match[3], 16))
    return names, colours


def _is_whole(fields: list[str]) -> bool:
    return all(is_missing(field) or re.fullmatch(r"\d+(\.0*)?", field) for field in fields) and any(map(str.strip, fields))


def _list_names(path: Path) -> tuple[dict[int, str], dict[int, Colour]]:
    """One label a line: number, name, and for FreeSurfer its colour; lines that begin with # or // are comments."""
    names: dict[int, str] = {}
    colours: dict[int, Colour] = {}
    for number, line in enumerate(read_text(path).text.split("\n"), 1):
        bare = line.strip()
        if not bare or bare.startswith(("#", "//")):
            continue
        match = _LUT_LINE.match(bare)
        if match is None:
            if number == 1:  # names of columns
                continue
            raise RequestError(f"{path}, line {number}: '{bare[:40]}' is not a number and a name", fix="Mend the line")
        names[int(match[1])] = match[2].strip("\"' ,")
        if match[3]:
            colours[int(match[1])] = (min(int(match[3]), 255), min(int(match[4]), 255), min(int(match[5]), 255))
    return names, colours
