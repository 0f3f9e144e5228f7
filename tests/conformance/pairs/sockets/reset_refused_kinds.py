"""resetAndDestroy() without a handle, after destroy, and on a Unix socket."""

# rows: 5.resetAndDestroy 5.event.error

from anynet import node as net
from tests.conformance.tracing import attempt, log, run, watch


def main():
    server = net.createServer(lambda peer: peer.resume())

    def start():
        unborn = net.Socket()
        watch(unborn, "unborn", "error", "close")
        log("unborn", unborn.resetAndDestroy() is unborn, unborn.destroyed)
        gone = net.Socket()
        watch(gone, "gone", "error", "close")
        gone.destroy()
        log("gone", gone.resetAndDestroy() is gone, gone.destroyed)
        socket = net.connect("s.sock")
        watch(socket, "unix", "error", "close")
        attempt("unix connecting", lambda: socket.resetAndDestroy())

        def onConnect():
            attempt("unix", lambda: socket.resetAndDestroy())
            log("alive", socket.destroyed, socket.readyState)
            socket.destroy()
            attempt("unix destroyed", lambda: socket.resetAndDestroy() is socket)
            server.close()

        socket.on("ready", onConnect)

    server.listen("s.sock", start)


run(main)
