"""SocketAddress.parse: addresses with and without a port, and text that is none."""

# rows: 3.parse
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, run


def main():
    texts = [
        "123.1.2.3:1234",
        "[1::1]:1234",
        "1.2.3.4",
        "[::1]",
        "1.2.3.4:0",
        "1.2.3.4:",
        "1.2.3.4:08",
        "[2001:DB8:0::1]:65535",
        "[::ffff:1.2.3.4]:8",
        "1.2.3.4:65536",
        "1.2.3.4:-1",
        "1.2.3.4:x",
        "[::1]x:1",
        "[::1",
        "::1",
        "::1:80",
        "[fe80::1%lo]:8",
        "[fe80::1%1]:8",
        "[1.2.3.4]:8",
        "localhost:80",
        "x",
        "",
        " 1.2.3.4:8 ",
        "256.1.1.1:8",
        "1.2.3.4.5:8",
    ]
    for text in texts:
        attempt(f"parse {text}", lambda: net.SocketAddress.parse(text))
    attempt("nothing", lambda: net.SocketAddress.parse(None))
    attempt("number", lambda: net.SocketAddress.parse(80))
    attempt("list", lambda: net.SocketAddress.parse(["1.2.3.4:80"]))
    attempt("value", lambda: net.SocketAddress.parse(net.SocketAddress()))


run(main)
