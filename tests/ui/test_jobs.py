"""The job runner: progress arrives in the window's thread, late results never do, nothing is left running."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from uringreview.errors import EnvironmentProblem, UnreadableError
from uringreview.progress import Progress, Work
from uringreview.ui.jobs import Jobs, WorkerCrashed


def counting(total: int) -> Work[int, str]:
    for number in range(total):
        yield Progress(number + 1, total, "numbers", (number,))
    return f"counted {total}"


def unreadable() -> Work[int, str]:
    yield Progress(0, 1, "files")
    raise UnreadableError("the file is a picture")


def dividing_by_zero() -> Work[int, float]:
    yield Progress(0, 1, "numbers")
    return 1 / 0


def endless() -> Work[int, None]:
    number = 0
    while True:
        number += 1
        yield Progress(number, 0, "numbers")


def dying() -> Work[int, None]:
    yield Progress(0, 1, "numbers")
    import os

    os._exit(3)


@pytest.fixture
def real_jobs(qapp: object) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.shutdown()


def test_progress_and_result_arrive_in_order_in_the_windows_thread(qtbot: QtBot, real_jobs: Jobs) -> None:
    parts: list[int] = []
    threads: set[int] = set()
    results: list[str] = []

    def took(step: Progress[int]) -> None:
        parts.extend(step.parts)
        threads.add(threading.get_ident())

    real_jobs.start("counting", lambda: counting(500), took, results.append)
    qtbot.waitUntil(lambda: bool(results))
    assert parts == list(range(500))
    assert results == ["counted 500"]
    assert threads == {threading.get_ident()}
    qtbot.waitUntil(real_jobs.idle)


def test_a_serial_runner_gives_the_same(qtbot: QtBot, jobs: Jobs) -> None:
    results: list[str] = []
    jobs.start("threaded", lambda: counting(3), on_done=results.append)
    jobs.start_process("spawned", counting, (4,), on_done=results.append)
    qtbot.waitUntil(lambda: len(results) == 2)
    assert results == ["counted 3", "counted 4"]


def test_a_job_of_the_same_key_replaces_the_one_before_and_its_results_are_dropped(
    qtbot: QtBot, real_jobs: Jobs
) -> None:
    steps: list[str] = []
    results: list[str] = []
    old = real_jobs.start("old", endless, lambda _step: steps.append("old"), key="work")
    qtbot.waitUntil(lambda: "old" in steps)
    real_jobs.start("new", lambda: counting(2), lambda _step: steps.append("new"), results.append, key="work")
    seen_before = steps.count("old")
    qtbot.waitUntil(lambda: bool(results))
    assert old.cancelled
    assert steps.count("old") == seen_before
    assert [job.name for job in real_jobs.running()] == []


def test_a_problem_of_the_input_reaches_its_handler_with_its_sentence(qtbot: QtBot, real_jobs: Jobs) -> None:
    problems: list[BaseException] = []
    real_jobs.start("reading", unreadable, on_error=problems.append)
    qtbot.waitUntil(lambda: bool(problems))
    assert isinstance(problems[0], UnreadableError)
    assert str(problems[0]) == "the file is a picture"


def test_a_spawned_process_streams_and_its_faults_come_back_with_their_traceback(qtbot: QtBot, real_jobs: Jobs) -> None:
    results: list[str] = []
    problems: list[BaseException] = []
    real_jobs.start_process("counting", counting, (3,), on_done=results.append)
    real_jobs.start_process("dividing", dividing_by_zero, (), on_error=problems.append)
    real_jobs.start_process("reading", unreadable, (), on_error=problems.append)
    real_jobs.start_process("dying", dying, (), on_error=problems.append)
    qtbot.waitUntil(lambda: len(problems) == 3 and bool(results), timeout=20_000)
    assert results == ["counted 3"]
    crashed = next(problem for problem in problems if isinstance(problem, WorkerCrashed))
    assert "ZeroDivisionError" in str(crashed)
    assert any(isinstance(problem, UnreadableError) for problem in problems)
    ended = next(problem for problem in problems if isinstance(problem, EnvironmentProblem))
    assert "exit status 3" in str(ended)


def test_shutdown_ends_threads_and_processes_that_would_run_for_ever(qtbot: QtBot, qapp: object) -> None:
    runner = Jobs()
    seen: list[int] = []
    runner.start("thread", endless, lambda step: seen.append(step.done))
    runner.start_process("process", endless, (), lambda step: seen.append(-step.done))
    qtbot.waitUntil(lambda: any(n < 0 for n in seen) and any(n > 0 for n in seen), timeout=20_000)
    runner.shutdown()
    assert runner.running() == ()


def test_a_process_that_dies_before_it_read_its_work_is_said_and_not_waited_for(tmp_path: Path) -> None:
    # Incident: a start script without the __main__ guard ended every worker at once, and the window hung when closed.
    # More than a pipe holds (64 kB) has to be on its way.
    script = tmp_path / "start.py"
    script.write_text(
        "import sys\n"
        "if __name__ == '__mp_main__':\n"
        "    sys.exit(4)\n"
        "from PySide6.QtCore import QCoreApplication\n"
        "from uringreview.progress import finish\n"
        "from uringreview.ui.jobs import Jobs\n"
        "app = QCoreApplication([])\n"
        "jobs = Jobs()\n"
        "jobs.start_process('large', finish, ('x' * 1_000_000,), on_error=lambda why: (print(why), app.quit()))\n"
        "app.exec()\n"
        "jobs.shutdown()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    done = subprocess.run(
        [sys.executable, script], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "the process for large ended early (exit status 4); F5 starts it again\n"
