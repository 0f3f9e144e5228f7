"""Removing the readable listener lets a data listener flow."""

# rows: 5.stream.read 5.stream.readableFlowing 5.resume

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def onConnection(peer):
        server.close()
        peer.on("data", lambda data: peer.write(data))

    server = net.createServer(onConnection)

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        watch(socket, "socket", "resume", "pause", "end")

        def onReadable():
            data = socket.read()
            log("readable", data, socket.readableFlowing)
            if data is not None:
                socket.removeListener("readable", onReadable)
                net.setTimeout(flow, 20)

        def onData(data):
            log("data", data, socket.readableFlowing)
            socket.end()

        def flow():
            log("flow", socket.readableFlowing, socket.isPaused(), socket.listenerCount("readable"))
            socket.on("data", onData)
            log("listening", socket.readableFlowing)
            socket.resume()
            socket.write("second")

        socket.on("readable", onReadable)
        socket.write("first")

    server.listen(0, "127.0.0.1", start)


run(main)
