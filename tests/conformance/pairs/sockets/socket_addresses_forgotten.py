"""The remote end when both sides have ended: forgotten by the system, unless it was asked before."""

# rows: 5.remoteAddress 5.remotePort 5.remoteFamily

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    rounds = []

    def on_connection(peer):
        over = rounds[-1]
        peer.resume()
        peer.on("close", lambda: over("server closed", peer.remoteAddress, peer.remoteFamily))

    server = net.createServer(on_connection)

    def round(label, asked, then):
        closed = []

        def over(*line):
            closed.append(line)
            if len(closed) == 2:
                for each in sorted(closed, key=lambda line: line[0]):
                    log(label, *each)
                then()

        rounds.append(over)

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
            over("client closed", socket.remoteAddress, socket.remoteFamily)

    server.listen(
        0, "127.0.0.1", lambda: round("late", False, lambda: round("early", True, server.close))
    )


run(main)
