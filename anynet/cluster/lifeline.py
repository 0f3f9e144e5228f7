"""Workers end with their primary: they hold one end of a pipe whose other end only it has."""

from __future__ import annotations

import os
import threading

#: The exit code of a worker whose primary is gone.
PRIMARY_GONE = 70


def hold_on_to(fd: int) -> None:
    """End this process as soon as the pipe ends, even while its event loop is blocked.

    A thread of its own waits for that, since whatever has died cannot say good-bye.
    """
    threading.Thread(target=_wait, args=(fd,), name="anynet lifeline", daemon=True).start()


def _wait(fd: int) -> None:
    while True:
        try:
            if not os.read(fd, 1):
                break
        except InterruptedError:
            continue
        except OSError:
            return  # Somebody else has closed it: there is nothing to wait for any more.
    os._exit(PRIMARY_GONE)
