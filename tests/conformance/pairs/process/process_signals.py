"""SIGTERM as every server handles it: stop listening, let the connections end."""

# rows: 9.process.event.signal 9.process.kill
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def on_listening() -> None:
        log("listening")
        log("kill", net.process.kill(net.process.pid, "SIGTERM"))

    server = net.createServer()

    @net.process.on("SIGTERM")
    def on_term(name: str, number: int) -> None:
        log("draining", name, number)
        server.close(lambda: log("closed"))

    net.process.on("exit", lambda code: log("exit", code))
    server.listen(0, "127.0.0.1", on_listening)


run(main)
