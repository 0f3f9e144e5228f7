"""The thread of a worker: an event loop, a runtime in it, the program in that.

The rules that live here:

- What happens to it is told to its parent in one queue with its messages, in this order: online,
  messages, an error, the exit.
- It is stopped by cancelling its runtime. A callback that blocks cannot be stopped: the thread is a
  daemon, so that it does not keep the process from ending.
"""

from __future__ import annotations

import pickle
import threading
from typing import Any

import anyio
import attrs

from anynet._transport.loops import backends
from anynet._transport.loops.host_loop import HostLoop, current_host_loop
from anynet.node._loop.runtime import Backend, runtime
from anynet.node._threads.cloning import Message, unpack
from anynet.node._threads.current import WorkerContext, current
from anynet.node._threads.message_port import Endpoint, MessagePort
from anynet.node._threads.program import Target, load, run

#: The exit status of one that failed, or was terminated.
FAILED = 1


@attrs.frozen
class Online:
    """The program begins."""


@attrs.frozen
class Failed:
    """The program was ended by an exception."""

    error: BaseException


@attrs.frozen
class Exited:
    """The thread is about to end."""

    code: int


class WorkerThread:
    """A thread that runs one program; :meth:`terminate` is for other threads."""

    def __init__(
        self, thread_id: int, target: Target, data: Message, endpoint: Endpoint, backend: Backend
    ) -> None:
        self._id = thread_id
        self._target = target
        self._data = data
        self._endpoint = endpoint
        self._backend: Backend = backend
        self._lock = threading.Lock()
        self._terminated = False
        self._host: HostLoop | None = None
        self._scope: anyio.CancelScope | None = None
        self._thread = threading.Thread(
            target=self._run, name=f"anynet.node worker {thread_id}", daemon=True
        )

    def start(self) -> None:
        """Start it."""
        self._thread.start()

    def terminate(self) -> None:
        """Cancel the program, or never begin it."""
        with self._lock:
            self._terminated = True
            host = self._host
        if host is not None:
            host.call_from_thread(self._cancel)

    def join(self, seconds: float) -> None:
        """Wait for the end of the thread, blocking, for at most so long."""
        self._thread.join(seconds)

    def _cancel(self) -> None:
        if self._scope is not None:
            self._scope.cancel()

    def _run(self) -> None:
        code = FAILED
        try:
            code = backends.run(self._main, backend=self._backend)
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else int(error.code is not None)
        except BaseException as error:
            self._endpoint.outbox.put(Failed(_portable(error)))
        finally:
            self._data.close()
            self._endpoint.close()
            self._endpoint.outbox.put(Exited(code))

    async def _main(self) -> int:
        with anyio.CancelScope() as self._scope:
            with self._lock:
                self._host = current_host_loop()
                if self._terminated:
                    return FAILED
            context = WorkerContext(self._id)
            current.set(context)
            async with runtime() as here:
                here.programs_start_here = True
                context.parent_port = MessagePort(self._endpoint, here)
                context.worker_data = unpack(self._data)
                program = load(self._target)
                self._endpoint.outbox.put(Online())
                await run(program)
        return FAILED if self._terminated else 0


def _portable(error: BaseException) -> BaseException:
    """A copy of an exception for another thread, without what it refers to in this one."""
    try:
        copied: Any = pickle.loads(pickle.dumps(error))
    except Exception:
        copied = None
    return copied if isinstance(copied, BaseException) else RuntimeError(str(error))
