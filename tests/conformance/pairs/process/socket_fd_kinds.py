"""Descriptors that no socket can be made of: files, devices and terminals, and what the error says."""

# rows: 5.option.fd
from __future__ import annotations

import os

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main() -> None:
    with open("file", "w", encoding="ascii") as file:
        file.write("text")
    for path in ["file", "/dev/null", "/dev/ptmx", "."]:
        fd = os.open(path, os.O_RDONLY)
        attempt(path, lambda: net.Socket(fd=fd))
        log("open", os.fstat(fd).st_ino > 0)


run(main)
