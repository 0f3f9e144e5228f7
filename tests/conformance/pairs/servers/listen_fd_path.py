"""listen({fd}) of a Unix socket: the path is its address."""
# rows: 4.listen.options.fd 4.listen.handle 1.1

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def child(fd: int) -> None:
    def accept(socket: net.Socket) -> None:
        log("connection")
        socket.end("from the child")

    server = net.createServer(accept)

    def listening() -> None:
        log("child listening", server.listening)
        client = net.connect("s.sock")
        client.on("data", lambda data: log("data", data))
        client.on("close", lambda failed: server.close(lambda: log("child closed")))

    server.listen({"fd": fd}, listening)


def main() -> None:
    server: Any = net.createServer(lambda socket: log("never"))

    def listening() -> None:
        log("bound", server.address())
        fd = server._handle.fd
        command = [sys.executable, __file__, "child", str(fd)]
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(command, pass_fds=[fd], env=env, check=False)
        log("child left", done.returncode)
        server.close(lambda: log("closed"))

    server.listen("s.sock", listening)


if sys.argv[1:2] == ["child"]:
    run(lambda: child(int(sys.argv[2])))
else:
    run(main)
