"""Adopted or closed, a BoundSocket answers nothing but isPipe; a second adoption is refused."""

# rows: b.adopted b.close b.dispose b.isPipe b.fd b.address
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    def ask(label, bound):
        attempt(label + " address", lambda: bound.address())
        attempt(label + " fd", lambda: bound.fd())
        attempt(label + " close", lambda: bound.close())
        attempt(label + " listen", lambda: net.createServer().listen(bound))
        attempt(label + " listen handle", lambda: net.createServer().listen({"handle": bound}))
        attempt(label + " socket", lambda: net.Socket({"handle": bound}))
        attempt(
            label + " connect",
            lambda: net.connect({"handle": bound, "port": 9, "host": "127.0.0.1"}),
        )
        log(label, bound.isPipe)
        attempt(label + " dispose", lambda: bound.__exit__(None, None, None))

    closed = net.BoundSocket({"host": "127.0.0.1"})
    closed.close()
    ask("closed", closed)
    with net.BoundSocket({"path": "p"}) as path:
        pass
    ask("disposed", path)
    listening = net.BoundSocket({"host": "127.0.0.1"})
    server = net.createServer().listen(listening, lambda: server.close())
    ask("listening", listening)
    held = net.BoundSocket({"host": "127.0.0.1"})
    socket = net.Socket({"handle": held})
    ask("held", held)
    socket.on("close", lambda hadError: log("close", hadError))
    socket.destroy()
    # A server that listens already leaves it alone.
    other = net.BoundSocket({"host": "127.0.0.1"})
    attempt("already", lambda: server.listen(other))
    log("kept", other.address()["address"])
    other.close()


run(main)
