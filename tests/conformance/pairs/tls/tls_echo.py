"""An echo over TLS: the events of both sides, from the connect to the close."""

# rows: l.connect l.server l.echo

from anynet.node import tls
from tests.conformance.identities import ca, identity, listen
from tests.conformance.tracing import log, run, watch


def main():
    def on_secure(c):
        log(
            "server secureConnection",
            c.encrypted,
            c.authorized,
            c.authorizationError,
            c.getProtocol(),
        )
        watch(c, "server", "data", "end", "finish", "error", "close")
        c.pipe(c)

    server = tls.createServer(identity("server"), on_secure)
    server.on("close", lambda: log("server closed"))

    def connect(port):
        def on_connected():
            log(
                "client secureConnect",
                socket.encrypted,
                socket.authorized,
                socket.authorizationError,
                socket.secureConnecting,
            )
            log(
                "client",
                socket.getProtocol(),
                socket.servername,
                socket.isSessionReused(),
                socket.remoteAddress,
            )
            socket.write("hello")

        def on_data(data):
            log("client data", data)
            socket.end()
            server.close()

        socket = tls.connect(port, "127.0.0.1", {"ca": ca, "servername": "localhost"}, on_connected)
        log(
            "connecting",
            socket.connecting,
            socket.secureConnecting,
            socket.encrypted,
            socket.authorized,
        )
        watch(socket, "client", "connect", "ready", "secure", "end", "finish", "error", "close")
        socket.on("data", on_data)

    listen(server, connect)


run(main)
