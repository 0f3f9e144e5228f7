"""end() while connecting: the data goes out first, then the FIN; the callback comes with
finish."""

# rows: 5.end 5.stream.finish 8.5 8.8
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        watch(c, "server side", "data", "end", "close")

    server = net.createServer(on_connection)

    def on_listening() -> None:
        client = net.connect(server.address()["port"], "127.0.0.1")
        watch(client, "client", "connect", "ready", "finish", "end", "close")
        log(
            "same",
            client.end("all of it", lambda *_: log("end called back", client.writableFinished))
            is client,
        )
        log(
            "state",
            client.writable,
            client.writableEnded,
            client.writableFinished,
            client.readyState,
        )
        client.write("too late", lambda error: log("late written", error))
        client.on("error", lambda error: log("client error", error, client.destroyed))
        client.resume()
        client.on("close", lambda *_: server.close())

    server.listen(0, "127.0.0.1", on_listening)


run(main)
