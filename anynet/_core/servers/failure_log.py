"""What a server writes to the log ``anynet.server`` about connections that fail.

Failures of handlers are errors, with their traceback; what peers do is told in a line, for those
who look: their leaving (debug), and what keeps their connection from beginning (info; a warning
where it looks as if the server had no certificate). Neither a
peer nor a bug can fill the log: of each kind there is the first, then at most one line a second
with a count (:class:`Repeats`). A kind of error is its type and the line that raised it, not its
text, which may hold what the peer sent.
"""

from __future__ import annotations

import logging
import math

from anynet._rules.policy.repeats import Repeats, Report
from anynet._rules.values.addresses import Address
from anynet._rules.values.errors import leaves
from anynet._transport.loops.host_loop import HostLoop, Timer
from anynet._transport.streams.socket_stream import SocketStream

_log = logging.getLogger("anynet.server")

#: How many characters of the text of an exception a line shows.
_MAX_TEXT = 200
#: How many exceptions of a group make its kind.
_MAX_LEAVES = 8


class FailureLog:
    """The log of one server."""

    __slots__ = ("_repeats", "_timer")

    def __init__(self) -> None:
        self._repeats = Repeats()
        self._timer: Timer | None = None

    def handler_failed(self, raw: SocketStream, error: BaseException) -> None:
        """A handler failed; the first error of its kind is logged with its traceback."""
        line = f"the handler of {_name(raw.remote_address)} failed: {_text(error)}"
        self._note(raw.host, logging.ERROR, kind_of(error), line, error)

    def peer_failed(self, raw: SocketStream, error: BaseException) -> None:
        """A handler ended because its peer broke the connection off."""
        if _log.isEnabledFor(logging.DEBUG):
            peer = _name(raw.remote_address)
            line = f"the connection of {peer} was ended by its peer: {_text(error)}"
            self._note(raw.host, logging.DEBUG, f"peer: {kind_of(error)}", line)

    def not_begun(self, raw: SocketStream, what: str, reason: BaseException | str) -> None:
        """``what``, which comes before the handler, failed."""
        if _log.isEnabledFor(logging.INFO):
            if isinstance(reason, str):
                text = kind = reason
            else:
                text, kind = _text(reason), kind_of(reason)
            line = f"{what} of {_name(raw.remote_address)} failed: {text}"
            self._note(raw.host, logging.INFO, f"{what}: {kind}", line)

    def no_certificate(self, raw: SocketStream, reason: BaseException) -> None:
        """The first handshakes of a server failed as they do where it has no certificate.

        No attribute of a context says whether it has one.
        """
        line = (
            f"TLS handshake of {_name(raw.remote_address)} failed: {_text(reason)}: has the context"
            " of the server no certificate? context.load_cert_chain() loads one"
        )
        self._note(raw.host, logging.WARNING, "no certificate", line)

    def close(self, host: HostLoop) -> None:
        """Write what was kept back, as the server has ended."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for report in self._repeats.due(host.time(), early=True):
            _write(report)

    def _note(
        self,
        host: HostLoop,
        level: int,
        kind: str,
        line: str,
        error: BaseException | None = None,
    ) -> None:
        report = self._repeats.note(kind, host.time(), (level, line))
        if report is not None:
            _write(report, error)
        elif self._timer is None:
            self._set_timer(host)

    def _set_timer(self, host: HostLoop) -> None:
        """Have what was kept back written when its second is over."""

        def write_due() -> None:
            self._timer = None
            for report in self._repeats.due(host.time()):
                _write(report)
            if self._repeats.next_due() != math.inf:
                self._set_timer(host)

        self._timer = host.call_at(self._repeats.next_due(), write_due)


def _write(report: Report, error: BaseException | None = None) -> None:
    level, line = report.latest
    extra = {"failure": report.kind}
    if report.first and error is not None:
        try:
            _log.log(level, "%s", line, exc_info=error, extra=extra)
            return
        except Exception:  # The traceback of an exception of odd attributes may not be shown.
            pass
    more = f" ({report.events} like this since the last line)" if report.events > 1 else ""
    _log.log(level, "%s%s", line, more, extra=extra)


def kind_of(error: BaseException) -> str:
    """The type of an exception and the line that raised it; of a group, those of its parts."""
    kinds: dict[str, None] = {}
    for leaf in leaves(error):
        kinds[_kind_of_one(leaf)] = None
        if len(kinds) == _MAX_LEAVES:
            break
    return ", ".join(kinds)


def _kind_of_one(error: BaseException) -> str:
    name = type(error).__qualname__
    cause = error if error.__cause__ is None or error.__traceback__ else error.__cause__
    traceback = cause.__traceback__
    if traceback is None:
        return name
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return f"{name} at {traceback.tb_frame.f_code.co_filename}:{traceback.tb_lineno}"


def _name(peer: Address | None) -> str:
    """Peers on Unix paths mostly have no name."""
    return "an unnamed peer" if peer is None else _printable(str(peer))


def _text(error: BaseException) -> str:
    """The exception in one line, whatever it holds; of a group its first, and how many there are.

    What a group says itself is that it is one, in the words of the task group.
    """
    first, *others = leaves(error)
    text = _text_of_one(first)
    return f"{text} (the first of {len(others) + 1} exceptions)" if others else text


def _text_of_one(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:  # Whose class is not ours to trust.
        text = "its text cannot be had"
    name = type(error).__qualname__
    return f"{name}: {_printable(text)}" if text else name


def _printable(text: str) -> str:
    """``text`` shortened, and without line breaks and the like: it may come from the peer."""
    if len(text) > _MAX_TEXT:
        text = text[:_MAX_TEXT] + "…"
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")
