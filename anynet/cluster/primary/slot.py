"""A slot of a cluster, which always has a worker: when the next one starts, and when none helps.

The next worker starts after a delay that doubles from 0.05 to 5 seconds, so that a program which
cannot start does not take a processor for itself; the delays begin anew after a worker that lived
for 10 seconds. Failures count in a row: workers that ended sooner, before anything of theirs showed
to the primary, and unasked.
"""

from __future__ import annotations

import signal

import anyio
import attrs

from anynet.cluster.primary.worker_process import WorkerProcess

#: Seconds before a worker is started again: the first time, and at most.
FIRST_DELAY = 0.05
MAX_DELAY = 5.0
#: A worker that lived for so many seconds has begun well: the next restart is quick again.
STABLE_AFTER = 10.0
#: How many failures in a row are enough to say that the program cannot serve.
MAX_FAILURES = 5


@attrs.define(eq=False)
class Slot:
    """A slot of the cluster that always has a worker."""

    number: int
    worker: WorkerProcess | None = None
    #: Held while its worker is being replaced.
    lock: anyio.Lock = attrs.field(factory=anyio.Lock)
    #: Seconds before the next worker is started.
    delay: float = FIRST_DELAY
    #: Whether one of its workers has listened.
    has_listened: bool = False
    #: How many of its workers in a row have failed.
    failures: int = 0

    def note_end(self, worker: WorkerProcess, lived: float) -> None:
        """Its worker has ended, after so many seconds."""
        if lived >= STABLE_AFTER:
            self.delay = FIRST_DELAY
        if worker.has_begun or worker.ending or lived >= STABLE_AFTER:
            self.failures = 0
        else:
            self.failures += 1

    def note_start(self) -> None:
        """The next worker is being started."""
        self.delay = min(self.delay * 2, MAX_DELAY)

    def failure(self, worker: WorkerProcess, program: str) -> str | None:
        """Why none of its workers will ever serve, to judge by the last one; None if one may."""
        if worker.unusable:
            return worker.error
        if self.failures < MAX_FAILURES:
            return None
        return (
            f"{program} has failed {self.failures} times before it listened anywhere:"
            f" {exit_message(worker)}"
        )


def exit_message(worker: WorkerProcess) -> str:
    """How a worker ended, in a line."""
    number = worker.exit_signal
    if number is None:
        end = f"ended with exit code {worker.exit_code}"
    else:
        end = f"was ended by {number.name if isinstance(number, signal.Signals) else number}"
    why = f": {worker.error}" if worker.error else ""
    return f"worker {worker.id} (pid {worker.pid}) {end}{why}"
