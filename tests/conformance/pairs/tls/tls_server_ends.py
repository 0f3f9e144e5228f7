"""The server says something and ends: the client's side ends by itself, both are closed."""

# rows: l.end l.server

from anynet.node import tls
from tests.conformance.identities import ca, identity, listen
from tests.conformance.tracing import log, run, watch


def main():
    def on_secure(c):
        watch(c, "server", "end", "finish", "close")
        c.end("goodbye")

    server = tls.createServer(identity("server"), on_secure)

    def connect(port):
        socket = tls.connect(port=port, host="127.0.0.1", ca=ca, servername="localhost")
        watch(socket, "client", "secureConnect", "data", "end", "finish", "close")
        socket.resume()
        socket.on("close", lambda *_: server.close(lambda *_: log("server closed")))

    listen(server, connect)


run(main)
