"""A write larger than the kernel takes: write() answers true or false as Node counts, the callback waits for the last byte."""

# rows: 5.write 5.event.drain 5.bufferSize 5.stream.writableLength 8.6

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    size = 16000000
    serverPeer = None

    def onConnection(peer):
        nonlocal serverPeer
        server.close()
        serverPeer = peer

    server = net.createServer({"pauseOnConnect": True}, onConnection)

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        done = False

        def onWritten(*values):
            nonlocal done
            done = True
            log("written", *values, socket.writableLength, socket.bytesWritten == size + 1)

        def onConnect():
            log("write", socket.write(b"q" * size, onWritten))
            log("queue", socket.writableLength, socket.bufferSize, socket.writableNeedDrain)
            log(
                "small",
                socket.write("r", lambda *values: log("small written", *values)),
                socket.writableLength,
            )
            net.setTimeout(later, 50)

        def later():
            log("later", done, socket.writableLength, socket.writableNeedDrain, socket.bytesWritten)
            serverPeer.resume()

        def onDrain():
            log("drain", socket.writableLength, socket.writableNeedDrain)
            socket.end()

        socket.on("drain", onDrain)
        socket.on("connect", onConnect)
        socket.on("close", lambda hadError: log("close", hadError))

    server.listen(0, "127.0.0.1", start)


run(main)
