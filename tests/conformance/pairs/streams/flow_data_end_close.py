"""The plain life of a connection: data, end, finish and close, with allowHalfOpen false on both ends."""

# rows: 5.event.data 5.event.end 5.event.close 5.stream.finish 8.1 8.2

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    received = ""
    serverSide = []

    def onConnection(peer):
        server.close()

        def record(name):
            peer.on(name, lambda *values: serverSide.append([name, *values]))

        for name in ["end", "finish", "close"]:
            record(name)
        peer.on("data", lambda data: peer.write(data))

    server = net.createServer(onConnection)
    server.on("close", lambda: log("server side", serverSide))

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        watch(socket, "socket", "connect", "ready", "end", "finish", "close")

        def onData(data):
            nonlocal received
            received += data.decode()
            if len(received) == 5:
                log("received", received)
                socket.end()

        socket.on("data", onData)
        socket.write("hello")

    server.listen(0, "127.0.0.1", start)


run(main)
