"""once, prependListener, off and the counts on a socket; the order in which listeners run."""

# rows: 5.event.data 5.event.connect

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.end("x"))

    def start():
        socket = net.connect(
            server.address()["port"],
            "127.0.0.1",
            lambda *values: log("connect from the call", *values),
        )

        def repeated(*values):
            log("repeated", len(values))

        log("once", socket.once("connect", lambda *values: log("once", *values)) is socket)
        log(
            "prepend",
            socket.prependListener("connect", lambda *values: log("prepended", *values)) is socket,
        )
        log(
            "prepend once",
            socket.prependOnceListener("connect", lambda *values: log("prepended once", *values))
            is socket,
        )
        socket.on("connect", repeated)
        socket.addListener("connect", repeated)
        socket.on("connect", repeated)
        log("count", socket.listenerCount("connect"), socket.listenerCount("connect", repeated))
        log(
            "off",
            socket.off("connect", repeated) is socket,
            socket.listenerCount("connect", repeated),
        )
        log("listeners", len(socket.listeners("connect")), len(socket.rawListeners("connect")))
        log("emit", socket.emit("custom", 1), socket.emit("connect", "a", "b"))
        log("after", socket.listenerCount("connect"))
        socket.removeAllListeners("connect")
        log("removed", socket.listenerCount("connect"), socket.emit("connect"))
        log("names", socket.eventNames())
        log(
            "max",
            socket.getMaxListeners(),
            socket.setMaxListeners(3) is socket,
            socket.getMaxListeners(),
        )
        watch(socket, "socket", "connect", "ready", "data", "end", "close")
        socket.on("close", lambda hadError: server.close())

    server.listen(0, "127.0.0.1", start)


run(main)
