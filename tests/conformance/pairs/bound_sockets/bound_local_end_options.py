"""localAddress and localPort beside an adopted BoundSocket are refused; it is adopted by then all
the same."""

# rows: b.connect b.errors 6.option.localAddress 6.option.localPort
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, run


def main():
    for more in [
        {"localPort": 5},
        {"localAddress": "127.0.0.1"},
        {"localAddress": "x", "localPort": 5},
    ]:
        place = {"port": 9, "host": "127.0.0.1", **more}
        bound = net.BoundSocket({"host": "127.0.0.1"})
        attempt("connect", lambda: net.connect({"handle": bound, **place}))
        attempt("adopted", lambda: bound.address())
        other = net.BoundSocket({"host": "127.0.0.1"})
        socket = net.Socket({"handle": other})
        attempt("socket", lambda: socket.connect(place))
        attempt("adopted", lambda: other.address())
        socket.destroy()


run(main)
