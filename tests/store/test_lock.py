import threading
from pathlib import Path

import pytest

from neurostudio.core.errors import StoreError
from neurostudio.store.lock import ProjectLock


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def test_a_thread_may_enter_again(folder: Path) -> None:
    entered = 0
    with ProjectLock(folder), ProjectLock(folder, wait_s=0.1):
        entered += 1
    with ProjectLock(folder, wait_s=0.1):
        entered += 1
    assert entered == 2


def test_another_thread_waits_and_is_told_when_it_takes_too_long(folder: Path) -> None:
    errors: list[str] = []

    def enter() -> None:
        try:
            with ProjectLock(folder, wait_s=0.05):
                pass
        except StoreError as error:
            errors.append(str(error))

    with ProjectLock(folder):
        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
    assert len(errors) == 1
    assert "Another thread of this program" in errors[0]


def test_threads_take_turns(folder: Path) -> None:
    inside: list[int] = []
    most: list[int] = []

    def work(number: int) -> None:
        for _ in range(20):
            with ProjectLock(folder):
                inside.append(number)
                most.append(len(inside))
                inside.remove(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 80


def test_the_message_names_the_process_that_holds_it_and_a_killed_holder_holds_nothing(folder: Path, start) -> None:
    holder = start("hold", folder)
    assert holder.stdout.readline() == "held\n"
    with (
        pytest.raises(StoreError, match=f"Process {holder.pid} on .* has been writing to it for 0.2 s"),
        ProjectLock(folder, 0.2),
    ):
        pass
    holder.kill()
    holder.wait()
    with ProjectLock(folder, wait_s=5):
        pass


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="gone is gone"), ProjectLock(tmp_path / "gone", wait_s=0.1):
        pass
    assert not (tmp_path / "gone").exists()
