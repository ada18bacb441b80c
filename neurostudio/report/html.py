"""The report as one HTML page: styles and figures inside, no script, nothing loaded from elsewhere."""

import base64
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from neurostudio.report.blocks import Picture
from neurostudio.report.content import ReportContent
from neurostudio.report.markdown import to_html
from neurostudio.report.outline import contents, report_facts, sections
from neurostudio.report.wording import clean, shortened

TEMPLATES = Path(__file__).parent / "templates"
_WEB_STARTS = ("https://", "http://")


def html_bytes(content: ReportContent) -> bytes:
    """The whole page as UTF-8."""
    page = environment().get_template("report.html.j2")
    text = page.render(
        title=content.title or "Report",
        facts=report_facts(content),
        contents=contents(content),
        sections=sections(content),
        css=Markup((TEMPLATES / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
    )
    return text.encode("utf-8")


def image_source(picture: Picture) -> str:
    """The picture as a data address. Inside an ``img`` a browser runs no script of an SVG and loads nothing for it."""
    if picture.figure is None:
        image, mime = picture.image, picture.mime
    else:
        from neurostudio.report.figures import as_bytes

        image, mime = as_bytes(picture.figure, ".svg", picture.identity, picture.title), "image/svg+xml"
    return f"data:{mime};base64,{base64.b64encode(image).decode('ascii')}"


def alternative(picture: Picture) -> str:
    """What a screen reader says instead of the picture."""
    return shortened(f"{picture.title}. {picture.caption}".strip(), 400)


def web_address(url: str) -> str:
    """An address that a citation may link to; empty for anything that is not the web."""
    return url if url.lower().startswith(_WEB_STARTS) else ""


def cleaned(value: object) -> object:
    """For templates: text from outside may hold what a page cannot; markup made here is clean already."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def environment() -> Environment:
    """What every template of a report is filled in with."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.finalize = cleaned
    made.tests["of_type"] = lambda value, name: type(value).__name__ == name
    made.filters["markdown"] = lambda text: Markup(to_html(text))  # noqa: S704 - safe by its parser
    made.filters["image_source"] = image_source
    made.filters["alternative"] = alternative
    made.filters["web_address"] = web_address
    return made
