"""destroy() with unread input on TCP resets the connection: what the peer sees."""

# rows: 5.destroy 5.event.error 5.event.close

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def onConnection(peer):
        watch(peer, "peer", "end", "error", "close")
        peer.resume()
        peer.write("never read")
        peer.on("close", lambda hadError: server.close())

    server = net.createServer(onConnection)

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        socket.pause()

        def destroy():
            log("unread", socket.readableLength, socket.isPaused())
            socket.destroy()

        net.setTimeout(destroy, 40)

    server.listen(0, "127.0.0.1", start)


run(main)
