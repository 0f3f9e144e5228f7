"""Versions and ciphers: what both can is used, and having none in common is an error on both sides."""

# rows: l.version l.errors

from anynet.node import tls
from tests.conformance.identities import brief, ca, identity, listen
from tests.conformance.tracing import log, run


def main():
    older = {"ciphers": "ECDHE-ECDSA-AES128-GCM-SHA256"}
    cases = [
        ("newest", "server", {}, {}),
        ("1.2 on the server", "server", {"maxVersion": "TLSv1.2"}, {}),
        ("1.2 on the client", "rsa", {}, {"maxVersion": "TLSv1.2"}),
        ("by the cipher", "server", {}, older),
        ("none in common", "server", {"maxVersion": "TLSv1.2"}, {"minVersion": "TLSv1.3"}),
        (
            "none in common, other way",
            "server",
            {"minVersion": "TLSv1.3"},
            {"maxVersion": "TLSv1.2"},
        ),
        ("no cipher", "server", {"ciphers": "ECDHE-ECDSA-AES256-GCM-SHA384"}, older),
    ]

    def follow():
        if not cases:
            return
        label, name, theirs, ours = cases.pop(0)
        server = tls.createServer({**identity(name), **theirs}, lambda c: c.end())
        server.on("tlsClientError", lambda error, _: log(f"{label}: tlsClientError", brief(error)))

        def connect(port):
            socket = tls.connect(
                {"port": port, "host": "127.0.0.1", "ca": ca, "servername": "localhost", **ours}
            )
            socket.on(
                "secureConnect",
                lambda: log(f"{label}:", socket.getProtocol(), socket.getCipher()),
            )
            socket.on("error", lambda error: log(f"{label}: error", brief(error)))

            def on_close(had_error):
                log(f"{label}: close", had_error)
                server.close(lambda *_: follow())

            socket.on("close", on_close)
            socket.resume()

        listen(server, connect)

    follow()


run(main)
