"""A server adopts a BoundSocket, alone or as the option handle, which outranks port, path and fd."""

# rows: b.listen 4.listen.handle 4.address
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    first = net.BoundSocket({"host": "127.0.0.1"})
    port = first.address()["port"]
    server = net.createServer(lambda peer: peer.end("first"))
    watch(server, "server", "listening", "error", "close")
    log("self", server.listen(first, 5, lambda: log("callback")) is server)
    address = server.address()
    log("at once", server.listening, address["port"] == port, address["address"])

    def onListening():
        client = net.connect(port, "127.0.0.1")
        watch(client, "client", "data", "end", "close")
        client.on("close", lambda *_: server.close(next))

    server.on("listening", onListening)

    def next(*_):
        second = net.BoundSocket({"host": "127.0.0.1"})
        other = net.createServer(lambda peer: peer.end("second"))
        place = second.address()["port"]

        def onOther():
            log("second", other.address()["port"] == place)

            def onClose(*_):
                # The port is free again.
                net.BoundSocket({"host": "127.0.0.1", "port": place}).close()
                log("done")

            other.close(onClose)

        options = {"port": 1, "path": "zz", "fd": 2, "signal": 5, "readableAll": True}
        other.listen({"handle": second, **options}, onOther)


run(main)
