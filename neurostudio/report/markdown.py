"""The small Markdown of method descriptions and notes: paragraphs, lists, code, emphasis, headings and links. Nothing else.

Raw HTML stays text, pictures are not loaded, and a link may only lead to the web or to a mail address.
"""

from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from neurostudio.report.wording import clean

_RULES = ("backticks", "emphasis", "link", "list", "fence", "code", "escape", "newline", "heading")
_LINK_STARTS = ("https://", "http://", "mailto:")
_HEADING = "h5"  # below the headings of the report


def to_tokens(text: str) -> list[Token]:
    """Parse; headings are brought to one level, and links that lead elsewhere have lost their address."""
    tokens = _parser().parse(clean(text))
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = _HEADING
    return tokens


def to_html(text: str) -> str:
    """The text as safe HTML."""
    parser = _parser()
    return str(parser.renderer.render(to_tokens(text), parser.options, {}))


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"html": False, "linkify": False, "typographer": False}).enable(list(_RULES))
    parser.validateLink = _may_be_followed  # type: ignore[method-assign]
    return parser


def _may_be_followed(url: str) -> bool:
    return url.strip().lower().startswith(_LINK_STARTS)
