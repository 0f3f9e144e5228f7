"""Listeners added or removed during an emit take part from the next one."""

# rows: 5.event.data

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    def onConnection(peer):
        server.close()
        peer.on("data", lambda data: peer.write(data))

    server = net.createServer(onConnection)

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")

        def added(data):
            log("added", data)
            socket.end()

        def second(data):
            log("second", data)

        def first(data):
            log("first", data, socket.listenerCount("data"))
            socket.removeListener("data", second)
            socket.on("data", added)
            socket.removeListener("data", first)
            log("now", socket.listenerCount("data"))
            socket.write("again")

        socket.on("data", first)
        socket.on("data", second)
        socket.on("end", lambda: log("end"))
        socket.write("once")

    server.listen(0, "127.0.0.1", start)


run(main)
