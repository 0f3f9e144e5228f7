"""destroy() while connecting: no connect, writes fail with ERR_SOCKET_CLOSED_BEFORE_CONNECTION."""

# rows: 5.destroy 8.5 8.1 5.connecting

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.resume())

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        watch(socket, "socket", "connect", "ready", "error", "end", "finish", "close")
        socket.write("one", lambda *values: log("one written", *values))
        socket.write("two", lambda *values: log("two written", *values))
        log(
            "destroy",
            socket.destroy() is socket,
            socket.connecting,
            socket.pending,
            socket.readyState,
        )
        socket.on("close", lambda hadError: withError())

    def withError():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        watch(socket, "second", "connect", "ready", "error", "end", "finish", "close")
        socket.end("text", lambda *values: log("ended", *values))
        socket.destroy(Exception("changed my mind"))
        log("second", socket.connecting, socket.readyState, socket.errored)
        server.close()

    server.listen(0, "127.0.0.1", start)


run(main)
