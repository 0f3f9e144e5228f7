"""An echo server by pipe(): the bytes come back whole, the pipe ends with the client."""

# rows: 5.stream.pipe 5.event.end 8.2

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    size = 400000
    serverSide = []

    def onConnection(peer):
        server.close()

        def record(name):
            peer.on(name, lambda *values: serverSide.append([name, *values]))

        for name in ["pipe", "unpipe", "end", "finish", "close"]:
            record(name)
        serverSide.append(["returns", peer.pipe(peer) is peer])

    server = net.createServer(onConnection)
    server.on("close", lambda: log("server side", serverSide))

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        chunks = []
        socket.on("data", lambda data: chunks.append(data))

        def onEnd():
            whole = b"".join(chunks)
            log(
                "end",
                len(whole),
                whole == b"ab" * (size // 2),
                socket.bytesRead,
                socket.bytesWritten,
            )

        socket.on("end", onEnd)
        socket.end(b"ab" * (size // 2))
        log("start", socket.connecting, socket.writableLength, socket.writableEnded)

    server.listen(0, "127.0.0.1", start)


run(main)
