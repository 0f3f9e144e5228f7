"""A path that fills the kernel's structure to the last byte, without a NUL behind it."""

# rows: 1.2 4.event.error
# differs: A path has at most 107 bytes, since Python's socket module takes no longer one; Node binds 108.
from __future__ import annotations

import os

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    def listen(length, done):
        server = net.createServer()

        def on_error(error):
            log(f"{length} error", error.code, error.syscall, server.listening)
            done()

        def on_close():
            log(f"{length} close", len(os.listdir(".")))
            done()

        def on_listening():
            log(f"{length} listening", len(server.address()), len(os.listdir(".")))
            server.close()

        server.on("error", on_error)
        server.on("close", on_close)
        server.listen("x" * length, on_listening)
        log(f"{length} returned")

    listen(107, lambda: listen(108, lambda: listen(109, lambda: log("done"))))


run(main)
