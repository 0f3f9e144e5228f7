"""A pipe that is not read fills up; once it is read everything comes through, in order."""

# rows: 5.option.fd 5.event.drain 5.write
from __future__ import annotations

import os

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    os.mkfifo("fifo")
    reading = os.open("fifo", os.O_RDONLY | os.O_NONBLOCK)
    writing = os.open("fifo", os.O_WRONLY)
    reader = net.Socket(fd=reading, readable=True, writable=False)
    writer = net.Socket(fd=writing, readable=False, writable=True)
    log("write", writer.write(b"ab" * 150000, lambda: log("written")))
    log("write", writer.write(b"cd" * 150000, lambda: log("written too")))

    @writer.on("drain")
    def on_drain() -> None:
        log("drain")
        writer.end()

    def later() -> None:
        log("waiting", writer.writableLength > 0, writer.writableNeedDrain)
        chunks: list[bytes] = []
        reader.on("data", chunks.append)

        @reader.on("end")
        def on_end() -> None:
            data = b"".join(chunks)
            log("end", len(data), data == b"ab" * 150000 + b"cd" * 150000)

    net.setTimeout(later, 20)


run(main)
