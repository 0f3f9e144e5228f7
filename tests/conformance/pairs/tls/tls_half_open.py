"""Half-closing over TLS: with allowHalfOpen the server still answers after the client's end."""

# rows: l.end l.connect

from anynet import node as net
from anynet.node import tls
from tests.conformance.identities import ca, identity, listen
from tests.conformance.tracing import log, run, watch


def main():
    # Which side is first depends on when the packets arrive.
    theirs = []

    def on_secure(c):
        size = 0

        def on_data(data):
            nonlocal size
            size += len(data)

        def on_end():
            theirs.append(f"server end {size} {str(c.writable).lower()} {c.readyState}")
            net.setImmediate(lambda: c.end(f"got {size}"))

        c.on("data", on_data)
        c.on("end", on_end)
        c.on("finish", lambda: theirs.append("server finish"))

    server = tls.createServer({**identity("server"), "allowHalfOpen": True}, on_secure)

    def connect(port):
        def on_connected():
            socket.end("x" * 1000)
            log("ended", socket.writable, socket.readyState)

        socket = tls.connect(
            {"port": port, "host": "127.0.0.1", "ca": ca, "servername": "localhost"}, on_connected
        )
        watch(socket, "client", "data", "end", "finish", "close")
        socket.on("close", lambda *_: server.close(lambda *_: log("theirs", theirs)))

    listen(server, connect)


run(main)
