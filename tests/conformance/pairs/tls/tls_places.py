"""The forms of connect, a Unix socket, an idle timeout, and TLS inside of TLS."""

# rows: l.arguments l.connect

from anynet.node import tls
from tests.conformance.identities import ca, identity, listen
from tests.conformance.tracing import log, run, watch

OPTIONS = {"ca": ca, "servername": "localhost"}


def main():
    server = tls.createServer(identity("server"), lambda c: c.end("hello"))

    def on_listening():
        socket = tls.connect(
            "./place", OPTIONS, lambda: log("path", socket.authorized, socket.remoteAddress)
        )
        socket.on("data", lambda data: log("path data", data))
        socket.on("close", lambda *_: server.close(lambda *_: forms()))

    server.listen("./place", on_listening)


def forms():
    second = tls.createServer(identity("server"), lambda c: c.end("hello"))

    def connect(port):
        local = {**OPTIONS, "host": "127.0.0.1"}
        places = [
            lambda done: tls.connect(port, done),
            lambda done: tls.connect(port, local, done),
            lambda done: tls.connect(port, "127.0.0.1", OPTIONS, done),
            lambda done: tls.connect({**local, "port": port}, done),
        ]

        def follow():
            if not places:
                second.close(lambda *_: idle())
                return
            socket = places.pop(0)(lambda: log("connected", socket.authorized))
            socket.on("error", lambda error: log("error", error.code))
            socket.on("close", lambda *_: follow())
            socket.resume()

        follow()

    listen(second, connect)


def idle():
    def on_secure(c):
        def on_timeout():
            log("idle", c.timeout)
            c.end("too slow")

        c.setTimeout(50, on_timeout)

    third = tls.createServer(identity("server"), on_secure)

    def connect(port):
        socket = tls.connect({**OPTIONS, "port": port, "host": "127.0.0.1"})
        watch(socket, "idle", "data", "end", "close")
        socket.on("close", lambda *_: third.close(lambda *_: inside()))

    listen(third, connect)


def inside():
    def on_secure(outer):
        inner = tls.TLSSocket(outer, {"isServer": True, **identity("rsa")})
        inner.on("data", lambda data: inner.end(f"inside: {data.decode()}"))

    fourth = tls.createServer(identity("server"), on_secure)

    def connect(port):
        def on_outer():
            def on_inner():
                log(
                    "inside",
                    outer.getPeerCertificate()["bits"],
                    inner.getPeerCertificate()["bits"],
                )
                inner.write("x" * 10)

            inner = tls.connect({**OPTIONS, "socket": outer}, on_inner)
            watch(inner, "inside", "data", "end", "close")
            inner.on("close", lambda *_: fourth.close())

        outer = tls.connect({**OPTIONS, "port": port, "host": "127.0.0.1"}, on_outer)

    listen(fourth, connect)


run(main)
