"""write() answers false over the mark while connecting; drain comes once, after the queue is gone."""

# rows: 5.write 5.event.drain 5.stream.writableNeedDrain 5.stream.writableLength 8.6

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.resume())

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        watch(socket, "socket", "drain", "connect", "ready", "close")
        log("small", socket.write("abc"), socket.writableLength, socket.writableNeedDrain)
        log("mark", socket.write(b"x" * 65533), socket.writableLength, socket.writableNeedDrain)
        log("over", socket.write("y"), socket.writableLength, socket.writableNeedDrain)
        log("corked", socket.writableCorked, socket.bufferSize, socket.bytesWritten)

        def onDrain():
            log("drained", socket.writableLength, socket.writableNeedDrain, socket.bytesWritten)
            socket.destroy()
            server.close()

        socket.on("drain", onDrain)

    server.listen(0, "127.0.0.1", start)


run(main)
