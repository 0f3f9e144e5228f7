"""end() after end() and after finish: what their callbacks get."""

# rows: 5.end 5.stream.writableFinished

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def onConnection(peer):
        server.close()
        peer.resume()

    server = net.createServer({"allowHalfOpen": True}, onConnection)

    def start():
        socket = net.connect("s.sock")
        watch(socket, "socket", "finish", "error", "close")
        socket.end(lambda *values: log("first", *values))
        socket.end(lambda *values: log("second", *values))

        def later():
            log("finished", socket.writableFinished, socket.destroyed)
            log("third", socket.end(lambda *values: log("third called", *values)) is socket)
            log("returned")
            net.setTimeout(last, 20)

        def last():
            log("last", socket.destroyed, socket.errored)
            socket.destroy()

        net.setTimeout(later, 30)

    server.listen("s.sock", start)


run(main)
