"""The small Markdown: what it shows, and that nothing harmful comes through."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from neurostudio.report.markdown import to_html

ALLOWED_TAGS = {"p", "ul", "ol", "li", "em", "strong", "code", "pre", "a", "br", "h5"}
HOSTILE = st.sampled_from(
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=y>",
        "[a](javascript:x)",
        "![p](http://x/y.png)",
        "](",
        "`",
        "**",
        "- ",
        "\n",
        "# ",
        "&lt;",
        "<",
    ]
)


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_paragraphs_lists_code_emphasis_and_links_are_shown() -> None:
    html = to_html(
        "A *b* **c** `d`\n\n1. one\n2. two\n\n- x\n\n```\ncode\n```\n\n[paper](https://example.org/a?b=1&c=2)\n\n# Title"
    )
    assert {tag for tag, _ in Tags(html).found} == ALLOWED_TAGS - {"br"}
    assert 'href="https://example.org/a?b=1&amp;c=2"' in html


def test_html_stays_text_and_only_the_web_is_linked() -> None:
    page = Tags(to_html("<script>alert(1)</script> [x](javascript:alert(1)) [y](file:///etc/passwd) ![z](http://a/b.png)"))
    assert {tag for tag, _ in page.found} <= {"p", "a"}
    assert all(str(attributes.get("href")).startswith("http") for tag, attributes in page.found if tag == "a")
    assert "<script>alert(1)</script>" in page.text


@given(st.lists(st.one_of(HOSTILE, st.text(max_size=8)), max_size=12))
def test_no_text_makes_a_tag_or_a_link_that_is_not_allowed(parts: list[str]) -> None:
    for tag, attributes in Tags(to_html("".join(parts))).found:
        assert tag in ALLOWED_TAGS
        assert set(attributes) <= {"href", "start", "class"}
        assert str(attributes.get("href", "https://")).lower().startswith(("https://", "http://", "mailto:"))
