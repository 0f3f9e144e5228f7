"""Aborting the signal of a connected socket destroys it with an AbortError."""

# rows: 5.option.signal 5.event.error 5.event.close 8.1

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def onConnection(peer):
        server.close()
        peer.resume()

    server = net.createServer(onConnection)
    controller = net.AbortController()

    def start():
        socket = net.Socket({"signal": controller.signal})
        watch(socket, "socket", "connect", "ready", "end", "finish", "close")

        def onError(error):
            log(
                "error", error, error.name, socket.destroyed, socket.closed, socket.errored is error
            )

        socket.on("error", onError)

        def onConnect():
            log("pending write", socket.write("x", lambda *values: log("written", *values)))
            controller.abort()
            log("aborted", socket.destroyed, controller.signal.aborted)
            log("write", socket.write("y", lambda *values: log("late write", *values)))

        socket.connect(server.address()["port"], "127.0.0.1", onConnect)

    server.listen("s.sock")
    server.close(lambda: server.listen(0, "127.0.0.1", start))


run(main)
