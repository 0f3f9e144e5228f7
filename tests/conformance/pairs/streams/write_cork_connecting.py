"""Writes queued while connecting and corked writes keep their order when mixed with encodings."""

# rows: 5.stream.cork 5.stream.uncork 5.write 5.bytesWritten

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    chunks = []

    def onConnection(peer):
        server.close()
        peer.on("data", lambda data: chunks.append(data))
        peer.on("end", lambda: log("received", b"".join(chunks)))

    server = net.createServer(onConnection)

    def start():
        socket = net.connect("s.sock")
        socket.cork()
        socket.write("one ")
        socket.write("74776f20", "hex")
        log("corked", socket.writableCorked, socket.writableLength)
        socket.on("connect", lambda: log("connect", socket.writableCorked, socket.bytesWritten))

        def onReady():
            socket.write(b"three ")
            socket.write("\u00e9", "latin1")
            socket.uncork()
            log("uncorked", socket.writableCorked, socket.bytesWritten)
            socket.end(" last")

        socket.on("ready", onReady)

    server.listen("s.sock", start)


run(main)
