"""A server and a socket heed rules that are removed later, and those that come with clear."""

# rows: 2.removeAddress 2.clear 2.use.server 2.use.connect
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    list = net.BlockList()
    list.addAddress("127.0.0.1")

    def onConnection(peer):
        log("accepted")
        peer.end("hello")

    server = net.createServer({"blockList": list}, onConnection)

    def start():
        port = server.address()["port"]

        def one(options, then):
            socket = net.connect({"port": port, "host": "127.0.0.1", **options})
            watch(socket, "socket", "data", "end", "error", "close")
            socket.on("close", lambda *_: net.setImmediate(then))

        def second():
            one({"blockList": list}, third)

        def third():
            list.removeAddress("127.0.0.1")
            one({"blockList": list}, fourth)

        def fourth():
            list.addCIDR("127.0.0.0/8")
            one({"blockList": list}, fifth)

        def fifth():
            list.clear()
            one({"blockList": list}, lambda: server.close(lambda *_: log("closed")))

        one({}, second)

    server.listen(0, "127.0.0.1", start)


run(main)
