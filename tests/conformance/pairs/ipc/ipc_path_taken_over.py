"""What lies at the path of a server when it closes, but was made by somebody else."""

# rows: 1.4 4.close
# differs: Only the socket file that the server made is unlinked; Node deletes whatever lies at its path.
from __future__ import annotations

import os
from pathlib import Path

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    server = net.createServer()

    def on_close():
        log("close", server.listening, os.path.exists("s.sock"))
        if os.path.exists("s.sock"):
            log("its text", Path("s.sock").read_text("utf-8"))

    server.on("close", on_close)

    def on_listening():
        log("listening", server.address())
        os.unlink("s.sock")
        Path("s.sock").write_text("precious", "utf-8")
        log("replaced", os.listdir("."))
        server.close()

    server.listen("s.sock", on_listening)


run(main)
