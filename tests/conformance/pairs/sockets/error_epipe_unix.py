"""Writing to a Unix socket whose peer has closed, unnoticed because we do not read: EPIPE to callback and event."""

# rows: 5.event.error 5.write 8.1

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def onConnection(peer):
        server.close()

        def onReady():
            peer.destroy()

        net.setTimeout(onReady, 10)

    server = net.createServer(onConnection)

    def start():
        socket = net.connect("s.sock")
        socket.pause()
        watch(socket, "socket", "end", "finish", "error", "close")

        def later():
            log("state", socket.readyState, socket.writable)
            log("write", socket.write("into the void", lambda *values: log("written", *values)))
            log("second", socket.write("more", lambda *values: log("second written", *values)))
            log("returned", socket.destroyed)

        net.setTimeout(later, 60)

    server.listen("s.sock", start)


run(main)
