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
from typing import Any, Literal, TypeAlias

import attrs

from anynet._transport.sockets.closing import close_socket
from anynet.cluster.processes.inherited import Inherited

#: A standard stream of a process: ours, this process's own, nothing, or a descriptor.
StandardStream: TypeAlias = "Literal['pipe', 'inherit', 'ignore'] | int"
INHERITED: tuple[StandardStream, ...] = ("inherit", "inherit", "inherit")
PIPED: tuple[StandardStream, ...] = ("pipe", "pipe", "pipe")
#: What ``subprocess`` calls those that are no pipes of ours.
_FIXED: Mapping[StandardStream, Any] = {"inherit": None, "ignore": subprocess.DEVNULL}


@attrs.frozen
class Started:
    """A process, and our ends of what it holds the other ends of."""

    process: subprocess.Popen[bytes]
    channel: socket.socket
    #: Of its standard input, output and error those that were to be ours.
    streams: tuple[socket.socket | None, ...]

    def undo(self) -> None:
        """Kill the process and close our ends: nothing will look after them."""
        for end in (self.channel, *filter(None, self.streams)):
            close_socket(end)
        self.process.kill()
        self.process.wait()


def start_process(
    command: Sequence[str],
    variable: str,
    *,
    env: Mapping[str, str],
    cwd: str | None,
    number: int | None = None,
    watch: int | None = None,
    streams: Sequence[StandardStream] = INHERITED,
    blocked_signals: Iterable[int] = (),
) -> Started:
    """Start a process with a channel to it, which finds it through ``variable``.

    ``env`` is its whole environment otherwise, ``number`` which worker it is, ``watch`` the
    descriptor by which it notices our end, ``streams`` what its standard input, output and error
    are: ours (``pipe``), this process's own, nothing, or a descriptor. ``blocked_signals`` wait in
    the process until it unblocks them: nothing else holds from its first moment on, before it can
    handle any. Raises :exc:`OSError`; nothing is left over then.
    """
    with ExitStack() as theirs, ExitStack() as ours:
        ends: list[socket.socket] = []

        def new_pair() -> socket.socket:
            our, their = socket.socketpair()
            ends.append(ours.enter_context(our))
            return theirs.enter_context(their)

        channel = new_pair()
        stdin, stdout, stderr = (
            new_pair().fileno() if each == "pipe" else _FIXED.get(each, each) for each in streams
        )
        inherited = Inherited(channel=channel.fileno(), watch=watch, id=number)
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
    piped = iter(ends[1:])
    found = tuple(next(piped) if each == "pipe" else None for each in streams)
    return Started(process, ends[0], found)


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
