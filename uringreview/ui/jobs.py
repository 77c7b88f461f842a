"""Runs long work beside the window: threads for mail, a spawned process for the clone, one signal back.

Work is a generator of `Progress`. What it yields is put on a queue and handed out in the window's own thread, a few
milliseconds at a time, so that typing never waits. A job started under the key of a running one replaces it: the
older is cancelled and whatever still comes from it is dropped. No widget starts a thread of its own.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from uringreview.errors import EnvironmentProblem
from uringreview.progress import Progress, Work
from uringreview.ui import child

if TYPE_CHECKING:  # the first job is mail in a thread
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

OnProgress = Callable[[Progress[Any]], None]
OnDone = Callable[[Any], None]
OnError = Callable[[BaseException], None]

_SLICE = 0.008  # seconds of deliveries before the event loop gets its turn again
_BREATH_MS = 3  # between two slices
_GRACE = 2.0  # seconds that a cancelled process has to end by itself


class WorkerCrashed(Exception):
    """The work ended by a fault of ours; the text is the traceback, for the dialog that offers it to copy."""


class JobHandle:
    """One piece of work under way; `cancel()` stops it at its next step and drops what still comes."""

    def __init__(self, name: str, key: str, on_progress: OnProgress, on_done: OnDone, on_error: OnError) -> None:
        self.name = name
        self.key = key
        self.progress: Progress[Any] = Progress(0, 0, "")
        self.started = time.monotonic()
        self._on_progress = on_progress
        self._on_done = on_done
        self._on_error = on_error
        self._stop = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Ask it to stop. Nothing of it is delivered after this."""
        self._stop.set()

    def seconds_left(self) -> float | None:
        """An estimate from the pace so far; None before there is one."""
        done, total = self.progress.done, self.progress.total
        if not done or total <= done:
            return None
        return (time.monotonic() - self.started) / done * (total - done)


class Jobs(QObject):
    """The one runner of long work; lives as long as the window.

    `serial` runs each work to its end before the event loop goes on, in order and in no second process: for tests.
    """

    changed = Signal()
    """A job started, moved on or ended; `running()` tells which there are."""

    _wake = Signal()

    def __init__(self, parent: QObject | None = None, *, serial: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName("jobs")
        self._serial = serial
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="uringreview-job")
        self._arrived: SimpleQueue[tuple[JobHandle, str, Any]] = SimpleQueue()
        self._running: list[JobHandle] = []
        self._futures: set[Future[None]] = set()
        self._closed = False
        self._waking = False
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(_BREATH_MS)
        self._again.timeout.connect(self._deliver)
        self._wake.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def start(
        self,
        name: str,
        work: Callable[[], Work[Any, Any]],
        on_progress: OnProgress | None = None,
        on_done: OnDone | None = None,
        on_error: OnError | None = None,
        key: str | None = None,
    ) -> JobHandle:
        """Drive `work()` in a thread.

        `name` is for a person (reading mail); `key` (default: the name) is what a later start replaces. The three
        callbacks run in the window's thread, and none of them after the handle was cancelled or replaced.
        """
        job = self._open(name, key, on_progress, on_done, on_error)
        self._submit(job, self._drive, job, work)
        return job

    def start_process(
        self,
        name: str,
        function: Callable[..., Work[Any, Any]],
        args: tuple[object, ...],
        on_progress: OnProgress | None = None,
        on_done: OnDone | None = None,
        on_error: OnError | None = None,
        key: str | None = None,
    ) -> JobHandle:
        """Drive `function(*args)` in a spawned process; function, arguments, progress and result must pickle.

        Spawned, never forked: a fork under Qt inherits locked mutexes.
        """
        job = self._open(name, key, on_progress, on_done, on_error)
        if self._serial:
            self._submit(job, self._drive, job, lambda: function(*args))
        else:
            self._submit(job, self._drive_process, job, function, args)
        return job

    @property
    def serial(self) -> bool:
        """Whether everything is done in order, for tests."""
        return self._serial

    def running(self) -> tuple[JobHandle, ...]:
        """What is under way, oldest first."""
        return tuple(job for job in self._running if not job.cancelled)

    def cancel(self, key: str) -> None:
        """Cancel the job of `key`, if there is one."""
        for job in [job for job in self._running if job.key == key]:
            job.cancel()
            self._end(job)

    def shutdown(self) -> None:
        """Cancel everything and wait until no thread and no process is left."""
        self._closed = True
        for job in self._running:
            job.cancel()
        self._running.clear()
        self._again.stop()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def idle(self) -> bool:
        """Whether no work is under way and nothing waits to be delivered."""
        return not self._running and not self._futures and self._arrived.empty()

    def _open(
        self,
        name: str,
        key: str | None,
        on_progress: OnProgress | None,
        on_done: OnDone | None,
        on_error: OnError | None,
    ) -> JobHandle:
        if self._closed:
            raise RuntimeError("the job runner has been shut down")
        job = JobHandle(name, key or name, on_progress or _ignore, on_done or _ignore, on_error or _raise)
        self.cancel(job.key)
        self._running.append(job)
        self.changed.emit()
        return job

    def _submit(self, job: JobHandle, drive: Callable[..., None], *args: object) -> None:
        if self._serial:
            QTimer.singleShot(0, self, lambda: wait([self._submit_now(job, drive, *args)]))
        else:
            self._submit_now(job, drive, *args)

    def _submit_now(self, job: JobHandle, drive: Callable[..., None], *args: object) -> "Future[None]":
        future = self._threads.submit(drive, *args)
        self._futures.add(future)

        def ended(future: Future[None]) -> None:
            self._futures.discard(future)
            try:
                problem = future.exception()
            except CancelledError:
                return
            if problem is not None:
                self._post(job, child.FAILED, problem)

        future.add_done_callback(ended)
        return future

    def _drive(self, job: JobHandle, work: Callable[[], Work[Any, Any]]) -> None:
        steps = work()
        try:
            while not job.cancelled:
                try:
                    step = next(steps)
                except StopIteration as end:
                    self._post(job, child.DONE, end.value)
                    return
                self._post(job, child.PROGRESS, step)
        finally:
            steps.close()

    def _drive_process(self, job: JobHandle, function: Callable[..., Work[Any, Any]], args: tuple[object, ...]) -> None:
        if job.cancelled:
            return
        from multiprocessing import get_context

        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=child.serve, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        try:
            self._relay(job, ours, process, (function, args))
        finally:
            _end_process(ours, process)

    def _relay(
        self, job: JobHandle, connection: "Connection[Any, Any]", process: "BaseProcess", work: tuple[object, ...]
    ) -> None:
        try:
            # Not as the process' arguments: a child that dies before it has read those holds start() up for ever.
            connection.send(work)
            while not job.cancelled:
                if not connection.poll(0.03):
                    continue
                kind, value = connection.recv()
                self._post(job, kind, value)
                if kind != child.PROGRESS:
                    return
        except (EOFError, ConnectionError):
            process.join(_GRACE)
            raise EnvironmentProblem(
                f"the process for {job.name} ended early (exit status {process.exitcode}); F5 starts it again"
            ) from None

    def _post(self, job: JobHandle, kind: str, value: object) -> None:
        if self._closed:
            return
        self._arrived.put((job, kind, value))
        # One wake-up at a time: posted events go before timers and keys, so a thousand of them would hold those up.
        if not self._waking:
            self._waking = True
            self._wake.emit()

    @Slot()
    def _deliver(self) -> None:
        self._waking = False
        until = time.monotonic() + _SLICE
        moved = False
        while time.monotonic() < until:
            try:
                job, kind, value = self._arrived.get_nowait()
            except Empty:
                break
            if job.cancelled:
                self._end(job)
                continue
            moved = True
            self._hand_over(job, kind, value)
        if not self._arrived.empty():
            self._again.start()
        if moved:
            self.changed.emit()

    def _hand_over(self, job: JobHandle, kind: str, value: Any) -> None:
        if kind == child.PROGRESS:
            job.progress = value
            job._on_progress(value)
            return
        self._end(job)
        if kind == child.DONE:
            job._on_done(value)
        else:
            job._on_error(WorkerCrashed(value) if kind == child.CRASHED else value)

    def _end(self, job: JobHandle) -> None:
        if job in self._running:
            self._running.remove(job)
            self.changed.emit()


def _end_process(connection: "Connection[Any, Any]", process: "BaseProcess") -> None:
    if process.is_alive():
        try:
            connection.send("stop")
        except OSError:
            process.terminate()
        process.join(_GRACE)
    if process.is_alive():
        process.terminate()
        process.join()
    connection.close()
    # Another thread that starts a process reaps all that have ended, and this one then seems to run for a moment.
    with suppress(ValueError):
        process.close()


def _ignore(_value: object) -> None:
    return None


def _raise(problem: BaseException) -> None:
    raise problem
