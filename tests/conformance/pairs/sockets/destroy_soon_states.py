"""destroySoon() with nothing to write, after end, while connecting, and twice."""

# rows: 5.destroySoon 5.destroyed

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.resume())

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        watch(socket, "idle", "finish", "end", "error", "close")

        def onConnect():
            log("idle", socket.destroySoon(), socket.destroyed)
            log("twice", socket.destroySoon(), socket.destroyed)

        socket.on("connect", onConnect)
        socket.on("close", lambda hadError: connecting())

    def connecting():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        watch(socket, "connecting", "connect", "finish", "end", "error", "close")
        socket.write("x", lambda *values: log("written", *values))
        log("connecting", socket.destroySoon(), socket.destroyed, socket.connecting)
        socket.on("close", lambda hadError: unborn())

    def unborn():
        socket = net.Socket()
        watch(socket, "unborn", "finish", "end", "error", "close")
        log("unborn", socket.destroySoon(), socket.destroyed, socket.readyState)
        server.close()

    server.listen(0, "127.0.0.1", start)


run(main)
