"""Under pauseOnConnect nothing is read from the handle until resume()."""

# rows: 8.3 4.option.pauseOnConnect 5.resume

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def onConnection(peer):
        server.close()
        log("connection", peer.isPaused(), peer.readableFlowing, peer.readyState)
        peer.on("data", lambda data: log("data", data))
        watch(peer, "peer", "end", "close", "resume")

        def later():
            log("later", peer.isPaused(), peer.readableFlowing, peer.readableLength, peer.bytesRead)
            log("read", peer.read(), peer.readableLength)
            log("resume", peer.resume() is peer, peer.isPaused())

        net.setTimeout(later, 50)

    server = net.createServer({"pauseOnConnect": True}, onConnection)

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        socket.end("waiting")
        socket.resume()

    server.listen(0, "127.0.0.1", start)


run(main)
