"""rejectUnauthorized: false goes on, and says why the peer is not trusted."""

# rows: l.verify l.connect

from anynet.node import tls
from tests.conformance.identities import ca, identity, listen
from tests.conformance.tracing import log, run


def main():
    cases = [
        ("selfsigned", {"ca": ca}),
        ("server", {"ca": ca}),
        ("server", {}),
        ("below", {"ca": ca}),
        ("expired", {"ca": ca}),
        ("other", {"ca": ca}),
    ]

    def follow():
        if not cases:
            return
        name, options = cases.pop(0)
        server = tls.createServer(identity(name), lambda c: c.end("welcome"))

        def connect(port):
            socket = tls.connect(
                {
                    "port": port,
                    "host": "127.0.0.1",
                    "servername": "localhost",
                    "rejectUnauthorized": False,
                    **options,
                }
            )
            socket.on(
                "secureConnect",
                lambda: log(f"{name} secureConnect", socket.authorized, socket.authorizationError),
            )
            socket.on("data", lambda data: log(f"{name} data", data))
            socket.on("error", lambda error: log(f"{name} error", error))

            def on_close(had_error):
                log(f"{name} close", had_error)
                server.close(lambda *_: follow())

            socket.on("close", on_close)

        listen(server, connect)

    follow()


run(main)
