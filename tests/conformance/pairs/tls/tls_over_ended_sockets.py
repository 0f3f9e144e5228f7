"""TLS over a socket that was ended, destroyed, or not connected yet, by us or by the peer."""

# rows: l.starttls l.errors l.client.lost
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from anynet.node import tls
from tests.conformance.identities import ca, identity, listen
from tests.conformance.tracing import log
from tests.conformance.tracing import run as run_program

Then = Callable[[], object]


def ended(raw: net.Socket, then: Then) -> None:
    raw.end()
    then()


def ended_afterwards(raw: net.Socket, then: Then) -> None:
    then()
    raw.end()


def destroyed(raw: net.Socket, then: Then) -> None:
    raw.destroy()
    then()


def reset(raw: net.Socket, then: Then) -> None:
    raw.resetAndDestroy()
    then()


def destroyed_soon(raw: net.Socket, then: Then) -> None:
    raw.destroySoon()
    then()


# What is done to the raw socket, before and after it is secured.
CASES: dict[str, dict[str, Any]] = {
    "ended": {"connected": ended},
    "ended and sent": {"connected": lambda raw, then: raw.end(then)},
    "ended afterwards": {"connected": ended_afterwards},
    "ended while connecting": {"begun": lambda raw: raw.end()},
    "destroyed": {"connected": destroyed},
    "reset": {"connected": reset},
    "destroyed soon": {"connected": destroyed_soon},
    "destroyed while connecting": {"begun": lambda raw: raw.destroy()},
    "destroyed while connecting, afterwards": {
        "begun": lambda _: None,
        "after": lambda raw: raw.destroy(),
    },
    "ended by the peer": {
        "to": "ends",
        "connected": lambda raw, then: raw.resume().on("end", then),
    },
    "answered and ended by the peer": {
        "to": "speaks",
        "connected": lambda _, then: net.setTimeout(then, 50),
    },
    "not connected yet": {"fresh": True},
}
WAYS: dict[str, Callable[[net.Socket], tls.TLSSocket]] = {
    "connect": lambda raw: tls.connect(socket=raw, ca=ca, servername="localhost"),
    "TLSSocket": lambda raw: tls.TLSSocket(raw, ca=ca, servername="localhost"),
}


def run(ports: dict[str, int], label: str, way: str, follow: Then) -> None:
    case = CASES[label]
    fresh = case.get("fresh")
    raw = net.Socket() if fresh else net.connect(ports[case.get("to", "secures")], "127.0.0.1")

    def secure() -> None:
        socket = WAYS[way](raw)
        seen: list[str] = []

        def note(name: str) -> None:
            socket.on(name, lambda: seen.append(name))

        def on_error(error: Any) -> None:
            seen.append(f"error {error.code} {getattr(error, 'reason', None) or error.message}")

        def on_close(had_error: bool) -> None:
            log(f"{way}, {label}:", seen, had_error, socket.authorized, raw.destroyed)
            net.setTimeout(follow, 20)

        for name in ["connect", "secureConnect", "secure", "end"]:
            note(name)
        socket.on("error", on_error)
        socket.on("secure", lambda: socket.resume().end())
        socket.on("close", on_close)
        if "after" in case:
            case["after"](raw)

    if fresh:
        secure()
        raw.connect(ports["secures"], "127.0.0.1")
    elif "connected" in case:
        raw.on("connect", lambda: case["connected"](raw, secure))
    else:
        case["begun"](raw)
        secure()


def quiet(listener: Callable[[Any], object]) -> Callable[[net.Socket], None]:
    def on_connection(c: net.Socket) -> None:
        c.on("error", lambda: None)
        listener(c)

    return on_connection


def main() -> None:
    secures = tls.createServer(identity("server"), quiet(lambda c: c.end("hello")))
    secures.on("tlsClientError", lambda: None)
    servers: dict[str, net.Server] = {
        "secures": secures,
        "ends": net.createServer(quiet(lambda c: c.end())),
        "speaks": net.createServer(quiet(lambda c: c.end("no TLS here"))),
    }
    ports: dict[str, int] = {}
    # Node's TLSSocket over a socket that is not connected never begins.
    steps = [(label, way) for way in WAYS for label in CASES][:-1]

    def follow() -> None:
        if steps:
            run(ports, *steps.pop(0), follow)
            return
        for server in servers.values():
            server.close()

    def start(name: str, server: net.Server) -> None:
        def on_listening(port: int) -> None:
            ports[name] = port
            if len(ports) == 3:
                follow()

        listen(server, on_listening)

    for name, server in servers.items():
        start(name, server)


run_program(main)
