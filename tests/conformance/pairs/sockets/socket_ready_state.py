"""readyState, pending and connecting at each stage of a connection."""

# rows: 5.readyState 5.pending 5.connecting 5.destroyed 5.event.connect 5.event.ready

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    socket = None

    def show(stage):
        log(
            stage,
            socket.readyState,
            socket.pending,
            socket.connecting,
            socket.destroyed,
            socket.closed,
            socket.readable,
            socket.writable,
        )

    def onConnection(peer):
        server.close()
        peer.on("data", lambda data: peer.write(data))
        peer.on("end", lambda: peer.end())

    server = net.createServer({"allowHalfOpen": True}, onConnection)

    def start():
        nonlocal socket
        socket = net.Socket()
        show("new")
        log("returns itself", socket.connect(server.address()["port"], "127.0.0.1") is socket)
        show("connecting")

        def onConnect():
            show("connect")
            socket.write("x")

        def onData(data):
            show("data")
            socket.end()
            show("ended")

        socket.on("connect", onConnect)
        socket.on("ready", lambda: show("ready"))
        socket.on("data", onData)
        socket.on("finish", lambda: show("finish"))
        socket.on("end", lambda: show("end"))
        socket.on("close", lambda hadError: show("close"))

    server.listen(0, "127.0.0.1", start)


run(main)
