"""A server that asks its clients for certificates: none, a good one, that of a stranger."""

# rows: l.client.certificate l.server l.errors

from anynet import node as net
from anynet.node import tls
from tests.conformance.identities import brief, ca, identity, listen
from tests.conformance.tracing import log, run, watch


def main():
    cases = [
        ("none", {}, {}),
        ("none, not insisted on", {"rejectUnauthorized": False}, {}),
        ("good", {}, identity("client")),
        ("good, not insisted on", {"rejectUnauthorized": False}, identity("client")),
        ("stranger", {}, identity("stranger")),
        ("stranger, 1.2", {"maxVersion": "TLSv1.2"}, identity("stranger")),
    ]

    def follow():
        if not cases:
            return
        label, theirs, ours = cases.pop(0)
        lines = []

        def on_secure(c):
            subject = c.getPeerCertificate().get("subject", {})
            lines.append(
                f"secureConnection {str(c.authorized).lower()} {c.authorizationError or '-'}"
                f" {subject.get('CN', '-')}"
            )
            c.on("error", lambda _: None)
            c.end("hello")

        server = tls.createServer(
            {**identity("server"), "requestCert": True, "ca": ca, **theirs}, on_secure
        )

        def on_client_error(error, socket):
            lines.append(f"tlsClientError {brief(error)} {socket.authorizationError or '-'}")

        server.on("tlsClientError", on_client_error)

        def connect(port):
            socket = tls.connect(
                {"port": port, "host": "127.0.0.1", "ca": ca, "servername": "localhost", **ours}
            )
            watch(socket, f"{label}:", "secureConnect", "data", "end")
            socket.on("error", lambda error: log(f"{label}: error", brief(error)))

            def report():
                log(f"{label}: server", lines)
                follow()

            def on_close(had_error):
                log(f"{label}: close", had_error)
                server.close(lambda *_: net.setImmediate(report))

            socket.on("close", on_close)

        listen(server, connect)

    follow()


run(main)
