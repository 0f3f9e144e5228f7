"""setTypeOfService and getTypeOfService at each stage, and what they refuse."""

# rows: 5.setTypeOfService 5.getTypeOfService

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    served = None

    def onConnection(peer):
        nonlocal served
        served = peer.getTypeOfService()
        peer.end()
        peer.resume()

    server = net.createServer(onConnection)

    def start():
        socket = net.Socket()
        log("new", socket.getTypeOfService())
        attempt("string", lambda: socket.setTypeOfService("x"))
        attempt("missing", lambda: socket.setTypeOfService())
        attempt("negative", lambda: socket.setTypeOfService(-1))
        attempt("large", lambda: socket.setTypeOfService(256))
        attempt("fraction", lambda: socket.setTypeOfService(1.5))
        log("set", socket.setTypeOfService(0x10) is socket, socket.getTypeOfService())
        socket.connect(server.address()["port"], "127.0.0.1")

        def onConnect():
            log("connected", socket.getTypeOfService())
            log("set", socket.setTypeOfService(8) is socket, socket.getTypeOfService())
            log("zero", socket.setTypeOfService(0) is socket, socket.getTypeOfService())

        socket.on("connect", onConnect)
        socket.resume()

        def onClose(hadError):
            log("close", hadError, socket.getTypeOfService())
            attempt("after", lambda: socket.setTypeOfService(4) is socket)
            log("served", served)
            server.close()

        socket.on("close", onClose)

    server.listen(0, "127.0.0.1", start)


run(main)
