"""What ends before the handshake is done: on the server a tlsClientError, on the client ECONNRESET."""

# rows: l.errors l.server l.client.lost

from anynet import node as net
from anynet.node import tls
from tests.conformance.identities import brief, ca, identity, listen
from tests.conformance.tracing import log, run

HELLO = bytes.fromhex("1603010200010001fc0303")


def main():
    def reset(c):
        c.on("connect", lambda: net.setTimeout(lambda: c.resetAndDestroy(), 20))

    strangers = [
        ("http", lambda c: c.write("GET / HTTP/1.0\r\n\r\n")),
        ("words", lambda c: c.write("hello world\r\n")),
        ("end", lambda c: c.end()),
        ("half a hello", lambda c: c.end(HELLO)),
        ("reset", reset),
    ]

    def follow():
        if not strangers:
            client()
            return
        label, act = strangers.pop(0)
        server = tls.createServer(identity("server"), lambda _: log("never"))

        def on_client_error(error, socket):
            log(
                f"{label}: tlsClientError",
                brief(error),
                "" if hasattr(error, "library") else error.message,
                socket.destroyed,
                socket.encrypted,
            )

        server.on("tlsClientError", on_client_error)

        def on_connection(raw):
            raw.on("close", lambda had_error: log(f"{label}: raw close", had_error))

        server.on("connection", on_connection)

        def connect(port):
            c = net.connect(port, "127.0.0.1")
            c.on("close", lambda *_: server.close(lambda *_: net.setImmediate(follow)))
            c.resume()
            act(c)

        listen(server, connect)

    leave = [
        ("end", lambda c: c.end()),
        ("destroy", lambda c: c.destroy()),
        ("garbage", lambda c: c.write("no TLS here")),
        ("after the hello", lambda c: c.once("data", lambda _: c.end())),
    ]

    def client():
        if not leave:
            return
        label, act = leave.pop(0)

        def on_connection(c):
            c.on("error", lambda _: None)
            act(c)

        server = net.createServer(on_connection)

        def connect(port):
            socket = tls.connect(port=port, host="127.0.0.1", ca=ca, servername="localhost")
            socket.on("secureConnect", lambda: log("never"))

            def on_error(error):
                log(
                    f"{label}: error",
                    brief(error),
                    "" if hasattr(error, "library") else error.message,
                    getattr(error, "host", None),
                    getattr(error, "port", None) == port,
                )

            def on_close(had_error):
                log(f"{label}: close", had_error, socket.authorized)
                server.close(lambda *_: client())

            socket.on("error", on_error)
            socket.on("close", on_close)

        listen(server, connect)

    follow()


run(main)
