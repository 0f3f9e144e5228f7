"""Starting a process: it inherits what it is given, and nothing else.

``subprocess`` closes every other descriptor in the child. Our own ends are close-on-exec from birth
(PEP 446), so that a child never holds the end by which another one would notice our death.
"""

from __future__ import annotations

import signal
import socket
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

import attrs

from anynet.cluster.processes.inherited import Inherited


@attrs.frozen
class Started:
    """A process, and our ends of what it holds the other ends of."""

    process: subprocess.Popen[bytes]
    channel: socket.socket
    #: Its standard input, output and error, if they were to be ours.
    streams: tuple[socket.socket, ...]


def start_process(
    command: Sequence[str],
    variable: str,
    *,
    env: Mapping[str, str],
    cwd: str | None,
    number: int | None = None,
    watch: int | None = None,
    own_streams: bool = False,
    blocked_signals: Iterable[int] = (),
) -> Started:
    """Start a process with a channel to it, which finds it through ``variable``.

    ``env`` is its whole environment otherwise, ``number`` which worker it is, ``watch`` the
    descriptor by which it notices our end. ``blocked_signals`` wait in the process until it
    unblocks them: nothing else holds from its first moment on, before it can handle any. Raises
    :exc:`OSError`; nothing is left over then.
    """
    with ExitStack() as theirs, ExitStack() as ours:
        pairs = [socket.socketpair() for _ in range(4 if own_streams else 1)]
        ends: list[socket.socket] = []
        for our, their in pairs:
            ends.append(ours.enter_context(our))
            theirs.enter_context(their)
        (_, channel), *streams = pairs
        inherited = Inherited(channel=channel.fileno(), watch=watch, id=number)
        stdin, stdout, stderr = [their.fileno() for _, their in streams] or (None, None, None)
        with _blocked(blocked_signals):
            process = subprocess.Popen(
                list(command),
                env={**env, **inherited.to_environment(variable)},
                cwd=cwd,
                pass_fds=inherited.fds,
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
            )
        ours.pop_all()
    return Started(process, ends[0], tuple(ends[1:]))


@contextmanager
def _blocked(signals: Iterable[int]) -> Iterator[None]:
    """Block signals in this thread: a process that it starts inherits that, through ``exec`` too.

    (So it would that they are ignored, but that goes for all threads here; what came for this one
    meanwhile comes when the block is left.)
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
