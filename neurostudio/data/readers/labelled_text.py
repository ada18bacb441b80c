"""Reader of labelled text: sentences or documents, each with one class."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from neurostudio.core.errors import RequestError
from neurostudio.data.encoding import head_text
from neurostudio.data.import_report import ImportReport
from neurostudio.data.labelled_text.checks import KIND, Checked, check
from neurostudio.data.labelled_text.folders import folder_layout, parse_folder
from neurostudio.data.labelled_text.forms import fit
from neurostudio.data.labelled_text.handle import LabelledText
from neurostudio.data.labelled_text.parse import parse_file
from neurostudio.data.options import check_options
from neurostudio.data.registry import Reader

OPTIONS = ("encoding", "form", "text_column", "label_column", "delimiter", "quoting", "header")


class LabelledTextReader:
    """Reads every layout of ``labelled_text.rows.Form``, plain or gzip."""

    kind = KIND

    def recognise(self, path: Path) -> float:
        """How surely `path` is labelled text, 0 to 1."""
        if path.is_dir():
            layout = folder_layout(path, quick=True)
            return 0.0 if layout is None else 0.9 if layout.form == "pos-neg-files" else 0.8
        text = head_text(path)
        return fit(text, path) if text.strip() else 0.0

    def inspect(self, path: Path, options: Mapping[str, Any]) -> ImportReport:
        """Facts and problems; RequestError for what cannot be read as labelled text."""
        return _read(path, options).report

    def open(self, path: Path, options: Mapping[str, Any]) -> LabelledText:
        """The texts and labels; RequestError when they cannot be read or nothing can be learnt from them."""
        data, report = _read(path, options)
        if report.errors:
            raise RequestError(f"{path} cannot be used", report.errors[0].message)
        return data


def _read(path: Path, options: Mapping[str, Any]) -> Checked:
    check_options(options, OPTIONS, KIND)
    return check(parse_folder(path, options) if path.is_dir() else parse_file(path, options), path)


READERS: tuple[Reader, ...] = (LabelledTextReader(),)
