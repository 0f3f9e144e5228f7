"""The state of both directions as a socket ends."""

# rows: 5.stream.readable 5.stream.readableEnded 5.stream.writable 5.stream.writableEnded 5.stream.writableFinished 5.stream.closed 5.stream.errored 5.stream.finish

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    server = net.createServer(lambda peer: peer.end("some"))

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

        show("new")
        socket.on("data", lambda data: show("data"))
        socket.on("end", lambda: show("end"))
        socket.on("finish", lambda: show("finish"))
        socket.on("close", lambda hadError: show("close"))
        socket.on("close", lambda hadError: server.close())

    server.listen(0, "127.0.0.1", start)


run(main)
