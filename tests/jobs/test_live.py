"""Live sessions with real workers: answers in parts, errors, stopping, the end."""

import io
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.core.errors import NeuroError
from neurostudio.core.events import read_events
from neurostudio.core.run_folder import Request, RunFolder
from neurostudio.jobs.live import LiveSession, receive, send

pytestmark = pytest.mark.usefixtures("counting_environment")


def session_of(tmp_path: Path, **settings: object) -> tuple[RunFolder, Request]:
    request = Request(id="live", name="live", method="counting.sum", settings=dict(settings), serve=True)
    folder = RunFolder(tmp_path / "runs" / "live")
    folder.create(request)
    return folder, request


def test_a_session_remembers_and_streams(tmp_path: Path) -> None:
    folder, request = session_of(tmp_path)
    with LiveSession.start(folder, request) as session:
        assert [part["total"] for part in session.ask({"add": [1, 2, 3]})] == [1, 3, 6]
        assert [part["total"] for part in session.ask({"add": [4]})] == [10]
        assert folder.status().state == "running"
    assert folder.status().state == "done"
    exchanges = [event for event in read_events(folder.events_file) if event["type"] == "exchange"]
    assert [exchange["request"] for exchange in exchanges] == [{"add": [1, 2, 3]}, {"add": [4]}]
    assert "stray print" in folder.log_file.read_text()


def test_a_bad_request_is_explained_and_the_session_goes_on(tmp_path: Path) -> None:
    with LiveSession.start(*session_of(tmp_path)) as session:
        with pytest.raises(NeuroError, match="nothing to add"):
            list(session.ask({"sum": []}))
        assert list(session.ask({"add": [2]})) == [{"total": 2}]


def test_an_answer_can_be_stopped(tmp_path: Path) -> None:
    with LiveSession.start(*session_of(tmp_path, pause_ms=50)) as session:
        started = time.monotonic()
        parts = []
        for part in session.ask({"add": [1] * 200}):
            parts.append(part)
            if len(parts) == 2:
                session.stop_answer()
        assert len(parts) < 20
        assert time.monotonic() - started < 5
        assert list(session.ask({"add": []})) == []


def test_a_session_that_cannot_start_says_why(tmp_path: Path) -> None:
    folder, request = session_of(tmp_path, fail_at=1)
    with pytest.raises(NeuroError, match="nothing to count with"):
        LiveSession.start(folder, request)
    assert folder.status().state == "failed"


def test_a_dead_worker_is_noticed(tmp_path: Path) -> None:
    folder, request = session_of(tmp_path)
    session = LiveSession.start(folder, request)
    with pytest.raises(NeuroError, match="has ended"):
        list(session.ask({"die": True}))
    session.close()
    assert folder.status().state == "interrupted"


@given(
    st.dictionaries(st.text(max_size=5), st.integers() | st.text() | st.lists(st.floats(allow_nan=False, allow_infinity=False)))
)
def test_frames_survive_the_pipe(message: dict[str, object]) -> None:
    pipe = io.BytesIO()
    send(pipe, message)
    send(pipe, {"next": 1})
    pipe.seek(0)
    assert receive(pipe) == message
    assert receive(pipe) == {"next": 1}
    assert receive(pipe) is None


def test_a_torn_frame_is_the_end_and_a_foreign_one_an_error() -> None:
    assert receive(io.BytesIO(b"\x00\x00\x00\x09{")) is None
    with pytest.raises(NeuroError, match="not a message"):
        receive(io.BytesIO(b"HTTP/1.1 200 OK"))
