"""Workers end with their primary: they hold one end of a pipe whose other end only it has.

A process that is killed sends nothing more, but the kernel closes its descriptors: the pipe ends.
(PR_SET_PDEATHSIG exists on Linux alone, and goes by the *thread* that forked; a pipe works
anywhere.) A thread of its own waits for it, so that a worker ends whose event loop is blocked.

A primary that is killed leaves the Unix paths that it bound. Its workers hold copies of the sockets
and unlink the paths in its place: each path is claimed while a worker listens there.
"""

from __future__ import annotations

import os
import select
import socket
import threading
import time

from anynet._transport.listening.unix_path import BoundPath, PathFile

#: The exit code of a worker whose primary is gone.
PRIMARY_GONE = 70
#: Milliseconds that may lie between the end of the channel and that of the pipe: a process that
#: dies closes its descriptors one after the other.
_WATCH_LAG = 50

#: What the primary leaves behind when it is killed, and its workers unlink then.
_paths: set[BoundPath] = set()
#: Held while some of them are being closed, which the end of the process must not cut short.
_closing = threading.Lock()
_watched = -1


def exit_with_parent(fd: int, grace: float = 0.0) -> None:
    """End this process ``grace`` seconds after the pipe ends, though its event loop be blocked.

    Meanwhile the paths that are claimed are unlinked at once.
    """
    global _watched  # noqa: PLW0603 - a process has one primary
    _watched = fd
    threading.Thread(
        target=_wait, args=(fd, grace), name="anynet parent watch", daemon=True
    ).start()


def claim_path(sock: socket.socket, file: PathFile | None) -> BoundPath | None:
    """See to it that a path of the primary is unlinked at its end."""
    if file is None:
        return None
    try:
        own = socket.socket(fileno=os.dup(sock.fileno()))  # `sock.dup()` would set it to blocking.
    except OSError:
        return None  # No descriptor is left for that.
    try:
        path = BoundPath.of_another(own, file)
    except OSError:
        own.close()
        return None  # The next server that binds it replaces it.
    _paths.add(path)
    return path


def release_path(path: BoundPath | None, *, primary_lives: bool) -> None:
    """Leave the path to the primary, unless that is gone."""
    if path is None:
        return
    stays = primary_lives or _is_open(_watched)
    with _closing:
        _paths.discard(path)
        if stays:
            path.let_go()
        else:
            path.close()


def _is_open(fd: int) -> bool:
    end = select.poll()
    end.register(fd, select.POLLIN)
    return not end.poll(_WATCH_LAG)


def _wait(fd: int, grace: float) -> None:
    while True:
        try:
            if not os.read(fd, 1):
                break
        except InterruptedError:
            continue
        except OSError:
            return  # Somebody else has closed it: there is nothing to wait for any more.
    with _closing:
        for path in _paths:
            path.close()
        _paths.clear()
    time.sleep(grace)
    os._exit(PRIMARY_GONE)
