"""An unref'ed socket that is still connecting holds the program until it is connected."""

# rows: 5.unref 5.event.connect

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.unref())

    def start():
        server.unref()
        socket = net.connect(server.address()["port"], "127.0.0.1")
        log("unref", socket.unref() is socket)
        watch(socket, "socket", "connect", "ready", "data", "end", "close")
        socket.on("ready", lambda: log("written", socket.write("x")))

    server.listen(0, "127.0.0.1", start)


run(main)
