"""A socket connects again after close: counts and states start anew."""

# rows: 5.connect 6.reconnect 5.destroyed 5.bytesRead 5.readyState

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.end("hi"))

    def start():
        socket = net.Socket()
        rounds = 0
        watch(socket, "socket", "connect", "ready", "data", "end", "finish", "error")

        def onClose(hadError):
            nonlocal rounds
            rounds += 1
            log("close", rounds, hadError, socket.bytesRead, socket.destroyed, socket.readyState)
            if rounds < 3:
                log("connect", socket.connect(server.address()["port"], "127.0.0.1") is socket)
                log(
                    "state",
                    socket.destroyed,
                    socket.connecting,
                    socket.readyState,
                    socket.bytesRead,
                    socket.writable,
                    socket.readable,
                )
            else:
                server.close()

        socket.on("close", onClose)
        socket.connect(server.address()["port"], "127.0.0.1")

    server.listen(0, "127.0.0.1", start)


run(main)
