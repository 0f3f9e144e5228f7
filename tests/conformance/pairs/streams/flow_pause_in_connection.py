"""pause() inside the connection listener sticks, even when a data listener is added after it."""

# rows: 8.3 5.pause

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def onConnection(peer):
        server.close()
        log("pause", peer.pause() is peer, peer.isPaused(), peer.readableFlowing)
        peer.on("data", lambda data: log("data", data))
        watch(peer, "peer", "end", "close", "pause", "resume")
        log("listening", peer.isPaused(), peer.readableFlowing)

        def later():
            log("later", peer.isPaused(), peer.readableFlowing, peer.readableLength, peer.bytesRead)
            peer.resume()

        net.setTimeout(later, 50)

    server = net.createServer(onConnection)

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        socket.end("for whom?")
        socket.resume()

    server.listen(0, "127.0.0.1", start)


run(main)
