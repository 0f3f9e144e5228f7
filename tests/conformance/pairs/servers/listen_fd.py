"""listen({fd}) serves a socket that another program bound and handed down."""
# rows: 4.listen.options.fd 4.listen.handle 4.address

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def child(fd: int) -> None:
    def accept(socket: net.Socket) -> None:
        log("connection", socket.localAddress, socket.server is server)
        socket.end("from the child")

    server: Any = net.createServer(accept)

    def listening() -> None:
        log("child listening", server.address())
        client = net.connect(server.address()["port"], "127.0.0.1")

        def closed(failed: bool) -> None:
            server.close(lambda: log("child closed", server.address()))

        client.on("data", lambda data: log("data", data))
        client.on("close", closed)

    returned = server.listen({"fd": fd}, listening)
    log("returned", returned is server, server.listening)


def main() -> None:
    server: Any = net.createServer(lambda socket: log("never"))

    def listening() -> None:
        log("bound", server.address())
        fd = server._handle.fd
        command = [sys.executable, __file__, "child", str(fd)]
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(command, pass_fds=[fd], env=env, check=False)
        log("child left", done.returncode)
        log("still", server.listening, server.address())
        server.close(lambda: log("closed"))

    server.listen({"port": 0, "host": "127.0.0.1"}, listening)


if sys.argv[1:2] == ["child"]:
    run(lambda: child(int(sys.argv[2])))
else:
    run(main)
