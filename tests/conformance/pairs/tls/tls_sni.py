"""Certificates by the name that a client asks for: addContext, and a callback that answers later."""

# rows: l.sni l.server

from anynet import node as net
from anynet.node import tls
from tests.conformance.identities import ca, identity, listen
from tests.conformance.tracing import log, run


def main():
    other = tls.createSecureContext(identity("other"))

    def answer(name, callback):
        log("asked for", name)
        if name == "now.test":
            callback(None, other)
        elif name == "later.test":
            net.setTimeout(lambda: callback(None, other), 20)
        elif name == "none.test":
            callback(None, None)
        else:
            callback(Exception("no such name"))

    asks = {"SNICallback": answer}
    cases = [
        ("added", ["other.test"], {}, "other.test"),
        ("added, wild", ["*.wild.test"], {}, "A.wild.test"),
        ("not added", ["*.wild.test"], {}, "a.b.wild.test"),
        ("no name", ["other.test"], {}, None),
        ("now", [], asks, "now.test"),
        ("later", [], asks, "later.test"),
        ("none", [], asks, "none.test"),
        ("refused", [], asks, "refused.test"),
    ]

    def follow():
        if not cases:
            return
        label, add, options, servername = cases.pop(0)
        lines = []

        def on_secure(c):
            lines.append(f"secureConnection {c.servername or 'false'}")
            c.end()

        server = tls.createServer({**identity("server"), **options}, on_secure)
        for name in add:
            server.addContext(name, identity("other"))
        server.on("tlsClientError", lambda error, _: lines.append(f"tlsClientError {error}"))

        def connect(port):
            socket = tls.connect(
                {
                    "port": port,
                    "host": "127.0.0.1",
                    "ca": ca,
                    "servername": servername,
                    "checkServerIdentity": lambda *_: None,
                }
            )
            socket.on(
                "secureConnect",
                lambda: log(f"{label}:", socket.getPeerCertificate()["subject"]["CN"]),
            )
            socket.on("error", lambda error: log(f"{label}: error", error.code))

            def report():
                log(f"{label}: server", lines)
                follow()

            socket.on("close", lambda *_: server.close(lambda *_: net.setImmediate(report)))
            socket.resume()

        listen(server, connect)

    follow()


run(main)
