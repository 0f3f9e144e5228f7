"""The options of listen() with values of every type: refused at the call, an error event, or
listening."""

# rows: 4.listen.options.exclusive 4.listen.options.signal 4.listen.options.backlog 4.listen.options.ipv6Only
from __future__ import annotations

import math
from typing import Any

from anynet import node as net
from tests.conformance.tracing import attempt, log, run

VALUES: dict[str, Any] = {
    **{"false": False, "true": True, "zero": 0, "one": 1, "half": 1.5, "negative": -1},
    **{"NaN": math.nan, "huge": 1e21, "empty": "", "list": [], "object": {}},
}
OPTIONS = ("backlog", "exclusive", "ipv6Only", "readableAll", "signal", "host", "path", "port")


def place_beside(option: str) -> dict[str, Any]:
    if option == "readableAll":
        return {"path": "p.sock"}
    return {} if option == "path" else {"port": 0}


def main() -> None:
    left = [
        (name, option, value)
        for name, value in VALUES.items()
        for option in OPTIONS
        if (option, name) != ("port", "one")
    ]

    def next_one() -> None:
        if not left:
            return
        name, option, value = left.pop(0)
        server = net.createServer()

        def on_error(error: Any) -> None:
            log(f"{option} {name} error", error.code)
            net.setImmediate(next_one)

        def on_listening() -> None:
            log(f"{option} {name} listening")
            server.close()

        server.on("error", on_error)
        server.on("close", lambda: net.setImmediate(next_one))
        options = {**place_beside(option), option: value}
        attempt(f"{option} {name}", lambda: server.listen(options, on_listening).listening)
        if not server.listening and server.listenerCount("listening") == 0:
            net.setImmediate(next_one)

    next_one()


run(main)
