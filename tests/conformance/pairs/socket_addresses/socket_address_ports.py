"""The port of a SocketAddress: numbers, and strings that read as numbers."""

# rows: 3.constructor 3.errors
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, run


def main():
    for port in [0, 1, 65535, 65536, -1, 1.5, float("nan"), float("inf")]:
        attempt("number", lambda: net.SocketAddress({"port": port}))
    for port in ["80", " 80 ", "080", "0x50", "0b11", "0o17", "+80", "1e2", "80.0"]:
        attempt(f"string {port}", lambda: net.SocketAddress({"port": port}))
    for port in ["", " ", "x", "80.5", "1_0", "65536", "-1", "80x", "0xg", "0x", "1e9", "Infinity"]:
        attempt(f"string {port}", lambda: net.SocketAddress({"port": port}))
    attempt("boolean", lambda: net.SocketAddress({"port": True}))
    attempt("object", lambda: net.SocketAddress({"port": {}}))
    attempt("list", lambda: net.SocketAddress({"port": [80]}))
    attempt("undefined", lambda: net.SocketAddress({"port": None}))


run(main)
