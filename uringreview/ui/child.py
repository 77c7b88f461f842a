"""What runs inside the spawned worker process: drive one generator and send its progress through a pipe.

It stands apart from `jobs` so that the child never imports Qt. Anything that arrives on the pipe from the window
means "stop"; a window that is gone shows as a broken pipe, and the child ends with it.
"""

import os
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from uringreview.errors import UringreviewError
from uringreview.progress import Work

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

PROGRESS, DONE, FAILED, CRASHED = "progress", "done", "failed", "crashed"

_GIVING_WAY = 5  # what is typed into the window goes first where processors are short


def serve(connection: "Connection[Any, Any]") -> None:
    """Drive the work that the window sends first, a function and its arguments, to its end or until it says stop.

    What the generator yields and returns is sent back as it comes.
    """
    os.nice(_GIVING_WAY)
    work: Work[Any, Any] | None = None
    try:
        function: Callable[..., Work[Any, Any]]
        function, args = connection.recv()
        work = function(*args)
        while not connection.poll():
            try:
                step = next(work)
            except StopIteration as end:
                connection.send((DONE, end.value))
                return
            connection.send((PROGRESS, step))
    except UringreviewError as problem:
        connection.send((FAILED, problem))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except BaseException:
        connection.send((CRASHED, traceback.format_exc()))
        raise
    finally:
        if work is not None:
            work.close()
        connection.close()
