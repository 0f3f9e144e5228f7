"""encoding and defaultEncoding as options of Socket and connect; a server ignores them."""

# rows: 5.option.encoding 5.option.defaultEncoding 5.setEncoding 5.write
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run, watch


def main():
    for value in ["utf8", "latin1", "hex", "bad", 5, "", {}]:
        attempt("encoding", lambda: net.Socket({"encoding": value}).readableEncoding)
        attempt("default", lambda: net.Socket({"defaultEncoding": value}).writable and "boolean")

    def onConnection(peer):
        log("server", peer.readableEncoding)
        watch(peer, "server", "data", "end")
        peer.write("x")
        peer.write(bytes([0xC3]))
        net.setTimeout(lambda: peer.write(bytes([0xA4])), 20)

    server = net.createServer({"encoding": "utf8", "defaultEncoding": "hex"}, onConnection)

    def start():
        port = server.address()["port"]
        socket = net.connect(
            {"port": port, "host": "127.0.0.1", "encoding": "utf8", "defaultEncoding": "hex"}
        )
        log("client", socket.readableEncoding)
        text = ""

        def onData(data):
            nonlocal text
            text += data
            if text != "xä":
                return
            log("text", text)
            socket.write("6162")
            socket.write("cafe", "latin1")
            socket.setDefaultEncoding("base64")
            socket.end("YWI=")
            server.close()

        socket.on("data", onData)
        socket.on("close", lambda hadError: log("close"))

    server.listen(0, "127.0.0.1", start)


run(main)
