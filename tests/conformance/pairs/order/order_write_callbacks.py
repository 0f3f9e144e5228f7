"""The callbacks of many writes come in order, and before the one of end()."""

# rows: 8.5 8.8 5.write 5.end 5.stream.cork 5.stream.uncork
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        text = ""
        c.setEncoding("utf8")

        def on_data(part: Any) -> None:
            nonlocal text
            text += part

        c.on("data", on_data)
        c.on("end", lambda: log("received", text))

    server = net.createServer(on_connection)

    def on_listening() -> None:
        def on_connect() -> None:
            log("a", client.write("a", lambda *_: log("a written")), client.writableLength)
            log("b", client.write("b", lambda *_: log("b written")), client.writableLength)
            net.nextTick(lambda: log("tick"))
            client.cork()
            log(
                "c",
                client.write("c", lambda *_: log("c written")),
                client.writableLength,
                client.writableCorked,
            )
            log("d", client.write("d", lambda *_: log("d written")), client.writableLength)
            client.uncork()
            log("uncorked", client.writableLength, client.writableCorked)
            client.end("e", lambda *_: log("end called back"))
            log("end returned", client.writableLength)

        client = net.connect(server.address()["port"], "127.0.0.1", on_connect)
        client.on("finish", lambda: log("finish"))
        client.resume()
        client.on("close", lambda *_: server.close())

    server.listen(0, "127.0.0.1", on_listening)


run(main)
