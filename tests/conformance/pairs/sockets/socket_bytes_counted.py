"""bytesRead and bytesWritten: queued bytes count, strings count in their encoding, and the counts stay after close."""

# rows: 5.bytesRead 5.bytesWritten 5.bufferSize 5.stream.writableLength

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    def onConnection(peer):
        server.close()
        total = 0

        def onData(data):
            nonlocal total
            total += len(data)
            if total == 13:
                log("server", peer.bytesRead, peer.bytesWritten)
                peer.end("four")
                log("server ended", peer.bytesRead, peer.bytesWritten)

        peer.on("data", onData)

    server = net.createServer(onConnection)

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        log("new", socket.bytesRead, socket.bytesWritten, socket.bufferSize)
        socket.write("abc")
        log(
            "queued",
            socket.bytesRead,
            socket.bytesWritten,
            socket.bufferSize,
            socket.writableLength,
        )
        socket.write("h\u00e9llo")
        log("utf8", socket.bytesRead, socket.bytesWritten, socket.bufferSize, socket.writableLength)
        socket.write("ffff", "hex")
        log("hex", socket.bytesRead, socket.bytesWritten, socket.bufferSize, socket.writableLength)

        def onConnect():
            log("connect", socket.bytesWritten, socket.bufferSize, socket.writableLength)
            socket.write("\u00e9\u00e8", "latin1")
            log("latin1", socket.bytesWritten)

        socket.on("connect", onConnect)
        socket.on("data", lambda data: log("data", data, socket.bytesRead, socket.bytesWritten))
        socket.on("end", lambda: log("end", socket.bytesRead, socket.bytesWritten))
        socket.on(
            "close",
            lambda hadError: log("close", socket.bytesRead, socket.bytesWritten, socket.bufferSize),
        )

    server.listen(0, "127.0.0.1", start)


run(main)
