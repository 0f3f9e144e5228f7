"""The state of both directions when the socket is destroyed with an error before anything ended."""

# rows: 5.stream.errored 5.stream.closed 5.stream.readable 5.stream.writable 5.destroy

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    server = net.createServer(lambda peer: peer.resume())

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")

        def show(stage):
            log(
                stage,
                socket.readable,
                socket.readableEnded,
                socket.readableAborted,
                socket.readableDidRead,
            )
            log(
                stage,
                socket.writable,
                socket.writableEnded,
                socket.writableFinished,
                getattr(socket, "writableAborted", None),
            )
            log(stage, socket.destroyed, socket.closed, socket.errored)

        def onConnect():
            socket.write("pending")
            log("destroy", socket.destroy(Exception("broken")) is socket)
            show("destroyed")
            log("again", socket.destroy(Exception("second")) is socket, socket.errored)

        socket.on("connect", onConnect)
        socket.on("error", lambda error: show("error"))
        socket.on("close", lambda hadError: log("close", hadError))
        socket.on("close", lambda hadError: show("close"))
        socket.on("close", lambda hadError: server.close())

    server.listen(0, "127.0.0.1", start)


run(main)
