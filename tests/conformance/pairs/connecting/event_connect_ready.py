"""connect, then ready, then data; the listener of the call comes once; nothing before connect() returned."""

# rows: 5.event.connect 5.event.ready 5.connect 5.event.connectionAttempt 8.8

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.end("x"))

    def start():
        socket = net.Socket()
        watch(
            socket,
            "socket",
            "lookup",
            "connectionAttempt",
            "connect",
            "ready",
            "data",
            "end",
            "close",
        )
        log(
            "returns",
            socket.connect(
                {"port": server.address()["port"], "host": "127.0.0.1"},
                lambda *values: log("listener", *values),
            )
            is socket,
        )
        log("listeners", socket.listenerCount("connect"))
        net.nextTick(lambda: log("tick", socket.connecting))
        socket.on("ready", lambda: log("listeners", socket.listenerCount("connect")))
        socket.on("close", lambda hadError: server.close())

    server.listen(0, "127.0.0.1", start)


run(main)
