"""``report --simple``: a copy for viewers that know little HTML, which is not a report of the project."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from neurostudio.app import Project
from neurostudio.store.read import reports


def test_a_simple_report_lies_beside_its_pictures_and_is_not_listed(cli: Callable[..., Any], study: Path) -> None:
    made = cli("report", "study", "good", "--output", "mail.html", "--simple", "--json").document
    path = Path(made["path"])
    assert "<svg" not in path.read_text(encoding="utf-8")
    with Project.open(study) as project:
        assert path not in [row.path for row in reports(project.store)]


def test_a_simple_pdf_is_a_wrong_request(cli: Callable[..., Any], study: Path) -> None:
    answer = cli("report", "study", "good", "--output", "mail.pdf", "--simple")
    assert answer.code == 2
    assert "A simple report is HTML" in answer.err
