"""ALPN: the server's order decides, and no protocol in common ends the handshake."""

# rows: l.alpn l.errors

from anynet.node import tls
from tests.conformance.identities import ca, identity, listen
from tests.conformance.tracing import log, run


def main():
    cases = [
        (["h2", "http/1.1"], ["http/1.1", "h2"]),
        (["a"], ["b", "a"]),
        (["a"], ["b"]),
        (None, ["b"]),
        (["a"], None),
    ]

    def follow():
        if not cases:
            return
        theirs, ours = cases.pop(0)

        def on_secure(c):
            log("server", c.alpnProtocol)
            c.end("x")

        server = tls.createServer({**identity("server"), "ALPNProtocols": theirs}, on_secure)
        server.on("tlsClientError", lambda error, _: log("tlsClientError", error.code))

        def connect(port):
            socket = tls.connect(
                {
                    "port": port,
                    "host": "127.0.0.1",
                    "ca": ca,
                    "servername": "localhost",
                    "ALPNProtocols": ours,
                }
            )
            socket.on("secureConnect", lambda: log("client", socket.alpnProtocol))
            socket.on("error", lambda error: log("client error", error.code))
            socket.on("close", lambda *_: server.close(lambda *_: follow()))
            socket.resume()

        listen(server, connect)

    follow()


run(main)
