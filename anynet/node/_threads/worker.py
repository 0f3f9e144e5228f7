"""``Worker``: a thread with a runtime of its own, as its parent sees it.

The rules that live here, each Node's:

* Its data is copied when it is made, its program starts afterwards.
* Unless it was unref'ed it keeps the runtime of its parent open until it has ended; and it ends
  with that runtime at the latest.
* An exception that ends it is an ``error`` event, and ``exit`` follows with 1.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator, Mapping
from typing import Any, ClassVar, overload

import anyio

from anynet.node._emitters.emitter import EventEmitter
from anynet.node._emitters.listeners import EventName
from anynet.node._errors.thread_errors import init_failed, nothing_to_post
from anynet.node._loop.fitting import Counts
from anynet.node._loop.runtime import Backend, Runtime, current_runtime
from anynet.node._threads.cloning import Message, pack, transfer_list, unpack
from anynet.node._threads.mailbox import Reader
from anynet.node._threads.message_port import channel
from anynet.node._threads.program import Target, check_target
from anynet.node._threads.worker_thread import Exited, Failed, Online, WorkerThread

#: Seconds that the end of a runtime waits for a worker that is still running.
END_TIMEOUT = 1.0

_ids = itertools.count(1)


class PendingExit:
    """The end of a worker, to be awaited: its exit status."""

    __slots__ = ("_ended", "_worker")

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._ended = worker.ended

    def __await__(self) -> Generator[Any, Any, int | None]:
        return self._wait().__await__()

    async def _wait(self) -> int | None:
        if self._ended:
            return None
        ended = anyio.Event()
        self._worker.once("exit", lambda _code: ended.set())
        await self._worker.runtime.wait(ended)
        return self._worker.code


class Worker(EventEmitter):
    """A thread that runs a program in a runtime of its own.

    ``program`` is the path of a Python file, complete or beginning with ``./`` or ``../``, or a
    function (in Node there is no such form), which is called without arguments and may be a
    coroutine function. ``options`` are a mapping or keyword arguments: ``workerData``, which the
    worker gets a copy of; ``transferList``, what of it moves; ``backend`` (that of the parent):
    ``"trio"``, ``"asyncio"`` or ``"uvloop"``. Others of Node's are ignored.

    Emits ``online`` once the program begins, ``message`` and ``messageerror``, ``error`` with the
    exception that ended it, and ``exit`` with its status.

    Raises ``ERR_INVALID_ARG_TYPE`` or ``ERR_WORKER_PATH`` for what is no program,
    ``DataCloneError`` for data that cannot be copied, ``ERR_WORKER_INIT_FAILED`` where the system
    has no thread left, and :exc:`NoRuntimeError` outside of a runtime.
    """

    __slots__ = ("_endpoint", "_held", "_reader", "_thread", "code", "ended", "runtime", "threadId")

    event_arguments: ClassVar[Mapping[EventName, Counts]] = {
        **EventEmitter.event_arguments,
        "error": (1, 1),
        "exit": (1, 1),
        "message": (1, 1),
        "messageerror": (1, 1),
        "online": (0, 0),
    }

    @overload
    def __init__(self, program: Target, options: Mapping[str, Any] | None = None, /) -> None: ...

    @overload
    def __init__(
        self,
        program: Target,
        /,
        *,
        workerData: object = None,
        transferList: object = None,
        backend: Backend | None = None,
    ) -> None: ...

    def __init__(
        self, program: Target, options: Mapping[str, Any] | None = None, /, **more: Any
    ) -> None:
        super().__init__()
        given = {**(options or {}), **more}
        target = check_target(program)
        #: For implementers: where it was made.
        self.runtime: Runtime = current_runtime()
        data = pack(given.get("workerData"), transfer_list(given.get("transferList")))
        self._endpoint, theirs = channel()
        backend = given.get("backend") or self.runtime.reactor.host.backend
        #: Its number: 1 for the first, -1 once it has ended.
        self.threadId: int = next(_ids)
        #: For implementers: whether it has ended, and how.
        self.ended: bool = False
        self.code: int | None = None
        self._held = False
        self._thread = WorkerThread(self.threadId, target, data, theirs, backend)
        try:
            self._thread.start()
        except RuntimeError as error:
            # Before anything else is begun: a worker that never runs would never end, either.
            data.close()
            self._endpoint.close()
            raise init_failed() from error
        self._reader = Reader(self.runtime, self._endpoint.inbox, self._on_item)
        self._reader.start()
        self.runtime.at_end(self._end)
        self.ref()

    def postMessage(self, *args: Any) -> None:
        """``postMessage(value[, transferList])``: send a message to the worker's ``parentPort``.

        As :meth:`MessagePort.postMessage`; what is sent after the end is dropped.
        """
        if not args:
            raise nothing_to_post("MessagePort")
        message = pack(args[0], transfer_list(args[1] if len(args) > 1 else None))
        if not self._endpoint.outbox.put(message):
            message.close()

    def terminate(self) -> PendingExit:
        """End it as soon as it comes back from what it runs; ``exit`` is emitted with 1.

        What is returned can be awaited: the exit status, or None where it had ended before. Code
        that blocks cannot be interrupted, in Python, and ends itself first.
        """
        ended = PendingExit(self)
        self._thread.terminate()
        return ended

    def ref(self) -> None:
        """Let it keep the runtime of its parent open, as it does from the start."""
        self._hold(not self.ended)

    def unref(self) -> None:
        """Don't let it keep the runtime open."""
        self._hold(False)

    def _hold(self, held: bool) -> None:
        if held != self._held:
            self._held = held
            (self.runtime.hold if held else self.runtime.release)()

    def _on_item(self, item: Any) -> None:
        if isinstance(item, Message):
            try:
                value = unpack(item)
            except Exception as error:
                item.close()
                self.emit("messageerror", error)
            else:
                self.emit("message", value)
        elif isinstance(item, Online):
            self.emit("online")
        elif isinstance(item, Failed):
            self.emit("error", item.error)
        elif isinstance(item, Exited):
            # Behind the close of the ports that the worker had, which has a phase of its own.
            self.runtime.reactor.call_later(0, self._on_exit, item.code, ref=self._held)

    def _on_exit(self, code: int) -> None:
        self.ended, self.code, self.threadId = True, code, -1
        self.runtime.forget_end(self._end)
        self._reader.stop()
        self._endpoint.close()
        self._hold(False)
        self.emit("exit", code)

    def _end(self) -> None:
        """The runtime ends, and takes the worker along."""
        self._reader.stop()
        self._endpoint.close()
        self._thread.terminate()
        self._thread.join(END_TIMEOUT)
