"""The remote end when both sides have ended: forgotten by the system, unless it was asked before."""

# rows: 5.remoteAddress 5.remotePort 5.remoteFamily

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    def on_connection(peer):
        peer.resume()
        peer.on("close", lambda: log("server closed", peer.remoteAddress, peer.remoteFamily))

    server = net.createServer(on_connection)

    def round(label, asked, then):
        def on_connect():
            if asked:
                log(f"{label} asked", socket.remoteAddress)
            socket.end()

        socket = net.connect(server.address()["port"], "127.0.0.1", on_connect)
        socket.resume()

        @socket.on("end")
        def on_end():
            port = socket.remotePort is None
            log(f"{label} end", socket.remoteAddress, socket.remoteFamily, port)

        @socket.on("close")
        def on_close():
            log(f"{label} closed", socket.remoteAddress, socket.remoteFamily)
            then()

    server.listen(
        0, "127.0.0.1", lambda: round("late", False, lambda: round("early", True, server.close))
    )


run(main)
