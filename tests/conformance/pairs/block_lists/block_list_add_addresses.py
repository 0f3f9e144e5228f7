"""addAddresses: several at once, or none; a SocketAddress has its own family."""

# rows: 2.addAddresses 2.size
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, byText, log, run


def main():
    list = net.BlockList()
    other = net.SocketAddress({"address": "::7", "family": "ipv6", "port": 5})
    attempt("empty", lambda: list.addAddresses([]))
    attempt("ipv4", lambda: list.addAddresses(["1.2.3.4", "1.2.3.5", "1.2.3.4", other]))
    attempt("by name", lambda: list.addAddresses(["1.2.3.6"], "IPv4"))
    attempt("ipv6", lambda: list.addAddresses(["::1", "FE80::1%lo", "::ffff:1.2.3.5"], "ipv6"))
    log("rules", byText(list.rules), list.size)
    attempt("wrong family", lambda: list.addAddresses(["9.9.9.9", "::9"]))
    attempt("no address", lambda: list.addAddresses(["9.9.9.9", "x"]))
    attempt("a number", lambda: list.addAddresses(["9.9.9.9", 5]))
    attempt("unknown family", lambda: list.addAddresses(["9.9.9.9"], "ipv5"))
    attempt("unknown family of none", lambda: list.addAddresses([], "ipv5"))
    attempt("family of a wrong type", lambda: list.addAddresses([], 5))
    for bad in ["9.9.9.9", 5, {}, True]:
        attempt("no list", lambda: list.addAddresses(bad))
    log("after", list.size, list.check("9.9.9.9"))


run(main)
