"""No callback runs inside the call that caused it: listen, connect, write, end, destroy,
close return first."""

# rows: 8.8 8.7 4.listen.overloads 5.write 5.end 5.destroy 4.close
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        c.write("one", lambda *_: log("server written"))
        log("server write returned")
        c.end("two", lambda *_: log("server end called back"))
        log("server end returned")
        c.on("close", lambda *_: log("server side close"))

    server = net.createServer(on_connection)
    server.on("listening", lambda: log("listening event"))

    def on_listening() -> None:
        log("listen callback")

        def on_connect() -> None:
            log("connect callback")
            client.write("x", lambda *_: log("client written"))
            log("client write returned")

        client = net.connect(server.address()["port"], "127.0.0.1", on_connect)
        log("connect returned")
        client.setEncoding("utf8")
        text = ""

        def on_data(part: Any) -> None:
            nonlocal text
            text += part

        client.on("data", on_data)

        def on_end() -> None:
            log("client end", text)
            client.destroy()
            log("destroy returned")
            server.close(lambda *_: log("close callback"))
            log("close returned")

        client.on("end", on_end)
        client.on("close", lambda *_: log("client close"))

    server.listen(0, "127.0.0.1", on_listening)
    log("listen returned")


run(main)
