"""What is written to stdout is there when write returns, in the order of the calls; callbacks come later."""

# rows: 9.process.stdout 9.process.stderr 9.process.exit
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    process: Any = net.process
    stdout, stderr = process.stdout, process.stderr
    same = stdout is process.stdout
    log("same", same, stdout.fd, stderr.fd, bool(stdout.isTTY), stdout.writable)
    log("write", stdout.write("one\n", lambda error: log("written", error)))
    stdout.write("two\n", "utf8")
    stdout.write(b"three\n")
    log("length", stdout.writableLength, stdout.writableNeedDrain)
    stdout.cork()
    stdout.write("four\n")
    stdout.write("five\n")
    stdout.uncork()
    process.nextTick(lambda: log("tick"))

    def last() -> None:
        stdout.write("last ")
        stdout.write("line\n", lambda: log("never"))
        process.exit(3)

    net.setTimeout(last, 10)


run(main)
