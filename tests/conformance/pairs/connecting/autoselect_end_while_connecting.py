"""end() before autoselection has found an address that answers: the data goes out, then the
FIN."""

# rows: 6.autoselect 5.end 8.5
# differs: end() while connecting is kept when an attempt fails; Node then ends our side only after the peer's end.
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        watch(c, "server side", "data", "end")
        c.on("data", lambda *_: net.setTimeout(lambda: c.destroy(), 100))

    server = net.createServer(on_connection)

    def on_listening() -> None:
        answer = [{"address": address, "family": 4} for address in ["127.0.0.2", "127.0.0.1"]]
        client = net.connect(
            {
                "port": server.address()["port"],
                "host": "many.names",
                "lookup": lambda hostname, options, callback: net.nextTick(callback, None, answer),
            }
        )
        events = ["connectionAttempt", "connect", "finish", "end", "error", "close"]
        watch(client, "client", *events)
        client.end("queued", lambda *_: log("end called back", client.writableFinished))
        client.resume()
        client.on("close", lambda *_: server.close())

    server.listen(0, "127.0.0.1", on_listening)


run(main)
