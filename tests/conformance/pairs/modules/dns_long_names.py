"""A name of more than 255 characters is EINVAL, for dns.lookup, for a connect and for a server."""

# rows: 9.dns.lookup
from __future__ import annotations

from anynet import node as net
from anynet.node import dns
from tests.conformance.tracing import log, run

NAMES = {
    "label": "a" * 256,
    "labels": "a." * 128,
    "in IDNA": "ü." * 32,
    "blanks": " " * 300,
}


def main() -> None:
    def look_up(label: str, name: str) -> None:
        dns.lookup(name, lambda error, *rest: log(label, error, error.errno, *rest))
        dns.lookup(name, {"all": True}, lambda error, *rest: log(label, error, *rest))

    for label, name in NAMES.items():
        look_up(label, name)
    net.nextTick(lambda: log("tick"))
    net.setImmediate(others)


async def others() -> None:
    name = NAMES["label"]
    try:
        await dns.promises.lookup(name)
    except net.NodeSystemError as error:
        log("promise", error)
    socket = net.connect({"host": name, "port": 1})
    socket.on("lookup", lambda error, *rest: log("lookup", error, *rest))
    socket.on("error", lambda error: log("error", error))

    def on_close(had_error: bool) -> None:
        log("close", had_error)
        server = net.createServer()
        server.on("error", lambda error: log("server", error, server.listening))
        server.listen(0, name)
        net.nextTick(lambda: log("tick"))
        # As long as a name may be: the system is asked.
        for longest in ["a" * 255, "ü." * 31]:
            dns.lookup(longest, lambda error: log(error.code))

    socket.on("close", on_close)


run(main)
