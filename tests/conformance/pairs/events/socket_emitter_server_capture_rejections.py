"""An async connection listener that fails ends the program: captureRejections is no option of a server."""

# rows: 4.event.connection 5.event.error

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    async def onConnection(peer):
        watch(peer, "peer", "error", "close")
        raise Exception("from the listener")

    server = net.createServer({"captureRejections": True})
    server.on("connection", onConnection)
    server.on("error", lambda error: log("server error", error))

    def start():
        log("start", server.listening)
        socket = net.connect("s.sock")
        socket.resume()
        socket.on("error", lambda error: log("never"))

        def onClose(hadError):
            log("close", hadError)
            server.close()

        socket.on("close", onClose)

    server.listen("s.sock", start)


run(main)
