"""What a client says of certificates that it cannot trust, one after the other."""

# rows: l.verify l.errors

from anynet.node import tls
from tests.conformance.identities import ca, identity, listen, pem
from tests.conformance.tracing import log, run


def main():
    cases = [
        ("selfsigned", {"ca": ca}),
        ("server", {}),
        ("server", {"ca": pem("other-cert")}),
        ("below", {"ca": ca}),
        ("expired", {"ca": ca}),
        ("client", {"ca": ca}),
        ("selfsigned", {"ca": pem("selfsigned-cert")}),
        ("chain", {}),
    ]

    def follow():
        if not cases:
            return
        name, options = cases.pop(0)
        if name == "chain":
            chain = pem("below-cert") + pem("intermediate-cert") + ca
            found = {"key": pem("below-key"), "cert": chain}
        else:
            found = identity(name)
        server = tls.createServer(found, lambda c: c.on("error", lambda _: None))
        server.on("tlsClientError", lambda *_: None)

        def connect(port):
            socket = tls.connect(
                {"port": port, "host": "127.0.0.1", "servername": "localhost", **options}
            )

            def on_secure():
                log(f"{name} secureConnect", socket.authorized)
                socket.end()

            def on_close(had_error):
                log(f"{name} close", had_error, socket.authorized, socket.authorizationError)
                server.close(lambda *_: follow())

            socket.on("secureConnect", on_secure)
            socket.on(
                "error",
                lambda error: log(f"{name} error", error.code, error.message.split(";")[0]),
            )
            socket.on("close", on_close)
            socket.resume()

        listen(server, connect)

    follow()


run(main)
