"""destroy() at every stage: before the connect, in the handshake, when secured, with writes pending; and end() before the handshake."""

# rows: l.destroy l.end

from anynet import node as net
from anynet.node import tls
from tests.conformance.identities import brief, ca, identity, listen
from tests.conformance.tracing import log, run


def main():
    def write(c):
        c.write("x", lambda error=None: log("written", error and error.code))

    def write_and_destroy(c):
        write(c)
        c.destroy()

    def write_and_destroy_later(c):
        write(c)
        c.on("connect", lambda: c.destroy())

    def end_and_write(c):
        def on_secure():
            c.end("x")
            c.write("y")

        c.on("secureConnect", on_secure)

    # Whether a connection is made at all says how many sides are to be waited for.
    cases = [
        ("at once", 1, lambda c: c.destroy()),
        ("at once, with an error", 1, lambda c: c.destroy(Exception("changed my mind"))),
        ("connected", 2, lambda c: c.on("connect", lambda: c.destroy())),
        ("secured", 2, lambda c: c.on("secureConnect", lambda: c.destroy())),
        ("end at once", 2, lambda c: c.end()),
        ("write, destroy", 1, write_and_destroy),
        ("write, destroy when connected", 2, write_and_destroy_later),
        ("end, then write", 2, end_and_write),
    ]

    def follow():
        if not cases:
            theirs()
            return
        label, sides, act = cases.pop(0)
        lines, over = [], 0

        def side_is_over(*_):
            nonlocal over
            over += 1
            if over == sides:
                log(f"{label}: server", lines)
                server.close(lambda *_: follow())

        def on_secure(c):
            lines.append("secureConnection")
            c.on("end", lambda: lines.append("end"))
            c.on("close", side_is_over)
            c.resume()

        server = tls.createServer(identity("server"), on_secure)

        def on_client_error(error, _):
            lines.append(f"tlsClientError {brief(error)}")
            net.setImmediate(side_is_over)

        server.on("tlsClientError", on_client_error)

        def connect(port):
            socket = tls.connect(
                {"port": port, "host": "127.0.0.1", "ca": ca, "servername": "localhost"}
            )
            for name in ("secureConnect", "end", "finish"):
                socket.on(name, lambda name=name: log(f"{label}: {name}"))
            socket.on("error", lambda error: log(f"{label}: error", error))

            def on_close(had_error):
                log(f"{label}: close", had_error)
                net.setImmediate(side_is_over)

            socket.on("close", on_close)
            act(socket)
            socket.resume()

        listen(server, connect)

    def theirs():
        def on_secure(c):
            c.on("data", lambda _: c.destroy())
            c.on("close", lambda had_error: log("theirs: server close", had_error))

        server = tls.createServer(identity("server"), on_secure)

        def connect(port):
            socket = tls.connect(
                {"port": port, "host": "127.0.0.1", "ca": ca, "servername": "localhost"},
                lambda: socket.write("x"),
            )
            socket.on("end", lambda: log("theirs: end"))
            socket.on("error", lambda error: log("theirs: error", error))

            def on_close(had_error):
                log("theirs: close", had_error)
                server.close()

            socket.on("close", on_close)
            socket.resume()

        listen(server, connect)

    follow()


run(main)
