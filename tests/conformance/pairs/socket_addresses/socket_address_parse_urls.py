"""SocketAddress.parse of what only a URL may be, and of port 80."""

# rows: 3.parse
# differs: Text is read as an address and a port, not as the host of a URL; so port 80 is kept and short forms are none.
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, run


def main():
    texts = [
        "1.2.3.4:81",
        "1.2.3.4:80",
        "[::1]:80",
        "127.1:8",
        "0x7f.1:8",
        "017.1.1.1:5",
        "2130706433:9",
        "user@1.2.3.4:8",
        "1.2.3.4:8/x",
        "1.2.3.4:8?x",
        "1.2.3.4:82",
    ]
    for text in texts:
        attempt(f"parse {text}", lambda: net.SocketAddress.parse(text))


run(main)
