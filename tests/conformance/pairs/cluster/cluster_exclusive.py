"""With exclusive a worker binds for itself: the second gets EADDRINUSE, and so does who shares."""
# rows: 4.exclusive 4.listen.options.exclusive 4.event.error

from __future__ import annotations

from anynet import node as net
from anynet.node import cluster, process
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:
        first = cluster.fork()
        first.on("listening", lambda address: log("not told"))

        def on_first(port, handle):
            log("first", port)

            def on_second(message, handle):
                log("exclusive", message)

                def on_third(message, handle):
                    log("shared", message)
                    first.on("exit", lambda code, signal: log("exit", code, signal))
                    cluster.disconnect(lambda: first.kill())

                cluster.fork({"PORT": port}).on("message", on_third)

            cluster.fork({"PORT": port, "EXCLUSIVE": "yes"}).on("message", on_second)

        first.on("message", on_first)
    else:
        server = net.createServer()
        port, exclusive = process.env.get("PORT"), process.env.get("EXCLUSIVE")
        server.on(
            "error",
            lambda error: process.send(
                [
                    error.code,
                    error.message,
                    error.syscall,
                    error.address,
                    error.port,
                    server.listening,
                ]
            ),
        )
        server.listen(
            {
                "port": int(port or 0),
                "host": "127.0.0.1",
                "exclusive": not port or exclusive == "yes",
            },
            lambda: process.send(server.address()["port"]),
        )


run(main)
