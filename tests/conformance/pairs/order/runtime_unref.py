"""What keeps a program alive: not unref'ed timers, servers, sockets; ref() takes it back."""

# rows: 4.unref 4.ref 5.unref 5.ref
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        log("connection")
        c.unref()
        c.on("close", lambda *_: log("never"))

    server = net.createServer(on_connection)
    log("server", server.unref() is server, server.ref() is server, server.unref() is server)
    timer = net.setTimeout(lambda: log("never"), 60000)
    log(
        "timer",
        timer.hasRef(),
        timer.unref() is timer,
        timer.hasRef(),
        timer.ref() is timer,
        timer.hasRef(),
    )
    timer.unref()
    interval = net.setInterval(lambda: log("never"), 60000).unref()
    log("interval", interval.hasRef())

    def on_listening() -> None:
        log("listening")
        client = net.connect(server.address()["port"], "127.0.0.1", lambda: log("connected"))
        log("client", client.unref() is client, client.ref() is client)
        client.on("close", lambda *_: log("never"))

        def on_timer() -> None:
            log("client", client.unref() is client, client.readyState, server.listening)
            server.close(lambda *_: log("never"))
            log("nothing holds the program now")

        net.setTimeout(on_timer, 250)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
