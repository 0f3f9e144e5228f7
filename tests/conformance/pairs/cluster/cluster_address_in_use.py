"""What fails in the primary is an error event in the worker."""
# rows: 4.event.error 4.listen.options.port 8.7

from __future__ import annotations

from anynet import node as net
from anynet.node import cluster, process
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:
        server = net.createServer()

        def listening():
            worker = cluster.fork({"PORT": server.address()["port"]})
            worker.on("message", lambda message, handle: log("message", message))
            worker.on(
                "listening",
                lambda address: log(
                    "listening", address["addressType"], address["address"], address["port"]
                ),
            )

            def on_exit(code, signal):
                log("exit", code)
                server.close()

            worker.on("exit", on_exit)

        server.listen(0, listening)
    else:
        port = int(process.env["PORT"])

        def ask(place, then):
            server = net.createServer()

            def on_error(error):
                process.send([error.code, error.message, error.syscall, error.address, error.port])
                process.send([server.listening, server.address()])
                then(server)

            server.on("error", on_error)
            server.listen(*place, lambda: process.send("callback"))

        def last(server):
            server.removeAllListeners()

            def listening():
                process.send(["after all", server.listening])
                cluster.worker.disconnect()

            server.listen(0, "127.0.0.1", listening)

        ask(
            [port, "127.0.0.1"],
            lambda server: ask(
                ["missing/s.sock"],
                lambda server: ask([port], lambda server: ask([0, "192.0.2.1"], last)),
            ),
        )


run(main)
