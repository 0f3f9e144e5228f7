"""Ports that are none: ERR_SOCKET_BAD_PORT thrown by listen(), nothing bound."""
# rows: 4.listen.options.port

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import attempt, log, run, shown


def main() -> None:
    server = net.createServer()
    server.on("listening", lambda: log("never"))

    def listen(port: Any) -> None:
        attempt(f"port {port}", lambda: server.listen(port))

    def listen_options(port: Any) -> None:
        attempt(f"options {shown(port)}", lambda: server.listen({"port": port}))

    for number in [-1, 65536, 1.5, 1000000]:
        listen(number)
    ports = [-1, 65536, 0.5, "-1", "65536", "http", "", " ", "1.5", True, False]
    for port in ports:
        listen_options(port)
    log("nothing happened", server.listening, server.address())
    net.setImmediate(lambda: log("later", server.listening))


run(main)
