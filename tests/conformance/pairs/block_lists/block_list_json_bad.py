"""fromJSON: what is no list of strings, what is no rule, and what is a rule that cannot be."""

# rows: 2.fromJSON
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, byText, log, run


def main():
    list = net.BlockList()
    attempt("nothing", lambda: list.fromJSON(None))
    attempt("a number", lambda: list.fromJSON(1))
    attempt("an object", lambda: list.fromJSON({}))
    attempt("a list of numbers", lambda: list.fromJSON([1]))
    attempt("a mixed list", lambda: list.fromJSON(["Address: IPv4 1.1.1.1", 5]))
    attempt("text of an object", lambda: list.fromJSON("{}"))
    attempt("text of a number", lambda: list.fromJSON("1"))
    attempt("text of a list of numbers", lambda: list.fromJSON("[1]"))
    log("still none", byText(list.rules))
    for text in [
        "x",
        "",
        "Address: IPv4 ",
        "Address: IPv4 ::1",
        "Subnet: IPv4 1.1.1.1",
        "Subnet: IPv4 1.1.1.1/x",
    ]:
        attempt(f"passes over {text}", lambda: list.fromJSON([text]))
    for text in [
        "address: ipv4 4.4.4.6",
        "Address:  IPv4  4.4.4.7",
        "Range: IPv4 1.1.1.1",
        "Range: IPv4 1.1.1.1 - 1.1.1.6",
    ]:
        attempt(f"passes over {text}", lambda: list.fromJSON([text]))
    log("still none", byText(list.rules))
    attempt(
        "no address",
        lambda: list.fromJSON(
            ["Address: IPv4 1.1.1.1", "Address: IPv4 999.1.1.1", "Address: IPv4 2.2.2.2"]
        ),
    )
    attempt("wrong family", lambda: list.fromJSON(["Address: IPv6 1.1.1.1"]))
    attempt(
        "backwards", lambda: list.fromJSON(["Address: IPv6 ::1", "Range: IPv4 1.1.1.5-1.1.1.1"])
    )
    attempt("prefix", lambda: list.fromJSON(["Subnet: IPv4 1.1.1.1/99"]))
    attempt("prefix of ipv6", lambda: list.fromJSON(["Subnet: IPv6 ::1/900"]))
    log("those before the bad ones", byText(list.rules))


run(main)
