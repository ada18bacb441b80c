"""Writing a report: the suffix of the file chooses between the page and the PDF."""

from pathlib import Path

from neurostudio.core.errors import RequestError
from neurostudio.core.files import replaced
from neurostudio.report.content import ReportContent

REPORT_SUFFIXES = (".html", ".pdf")


def write_report(content: ReportContent, path: Path, *, simple: bool = False) -> None:
    """Write `content` to `path`, all or nothing.

    Parameters
    ----------
    content : ReportContent
        Any number of runs.
    path : Path
        Ends in ``.html`` (one file, figures inside, no network) or ``.pdf``.
    simple : bool
        HTML of tables and PNG pictures only, which lie in a folder beside it: for viewers that know little HTML.

    Raises
    ------
    RequestError
        For another suffix, or a simple PDF.
    NeuroError
        When the disk is full or not writable.
    """
    suffix = path.suffix.lower()
    if suffix not in REPORT_SUFFIXES:
        raise RequestError(
            f"A report cannot be written as '{path.name}'", fix=f"Choose a name that ends in {' or '.join(REPORT_SUFFIXES)}"
        )
    if simple:
        if suffix != ".html":
            raise RequestError(f"A simple report is HTML, not '{path.name}'", fix="Choose a name that ends in .html")
        from neurostudio.report.simple import write_simple

        write_simple(content, path)
        return
    if suffix == ".html":
        from neurostudio.report.html import html_bytes

        document = html_bytes(content)
    else:
        from neurostudio.report.pdf import pdf_bytes

        document = pdf_bytes(content)
    with replaced(path) as partial:
        partial.write_bytes(document)
