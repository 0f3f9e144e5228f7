"""Async iteration over a socket with an encoding gives text, cut at characters."""

# rows: 5.stream.asyncIteration 5.setEncoding

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    euros = "\u20ac\u20ac".encode()

    def onConnection(peer):
        server.close()
        peer.write(euros[:4])
        net.setTimeout(lambda: peer.end(euros[4:]), 30)

    server = net.createServer(onConnection)

    async def start():
        socket = net.connect("s.sock")
        socket.setEncoding("utf8")
        async for text in socket:
            log("text", text, len(text))
        log("done", socket.bytesRead, socket.destroyed, socket.readableEnded)

    server.listen("s.sock", start)


run(main)
