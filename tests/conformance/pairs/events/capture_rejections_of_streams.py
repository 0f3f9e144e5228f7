"""captureRejections on for all: what an async listener raised destroys a stream of whatever kind."""

# rows: 5.event.error 5.event.close
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def read(*_: object) -> None: ...


def write(_chunk: Any, _encoding: Any, done: Any) -> None:
    done()


def main() -> None:
    net.EventEmitter.captureRejections = True
    streams = {
        "readable": net.Readable(read=read),
        "writable": net.Writable(write=write),
        "duplex": net.Duplex(read=read, write=write),
        "socket": net.Socket(),
    }

    left = list(streams.items())

    def observe_next() -> None:
        # One after the other: between coroutines no order is promised.
        if not left:
            return
        name, stream = left.pop(0)

        async def fail(value: int) -> None:
            raise RuntimeError(f"from {name} {value}")

        watch(stream, name, "error")

        def on_close() -> None:
            log(f"{name} close")
            observe_next()

        stream.on("close", on_close)
        stream.on("own", fail)
        stream.emit("own", 1)
        log(name, stream.destroyed)

    observe_next()


run(main)
