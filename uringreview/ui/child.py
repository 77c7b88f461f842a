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


def serve(
    connection: "Connection[Any, Any]", function: Callable[..., Work[Any, Any]], args: tuple[object, ...]
) -> None:
    """Drive `function(*args)` to its end, or until the window says stop; send what it yields and returns."""
    os.nice(_GIVING_WAY)
    work = function(*args)
    try:
        while not connection.poll():
            try:
                step = next(work)
            except StopIteration as end:
                connection.send((DONE, end.value))
                return
            connection.send((PROGRESS, step))
    except UringreviewError as problem:
        connection.send((FAILED, problem))
    except (BrokenPipeError, ConnectionResetError):
        return
    except BaseException:
        connection.send((CRASHED, traceback.format_exc()))
        raise
    finally:
        work.close()
        connection.close()
