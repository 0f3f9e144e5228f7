"""Which errors of a connect say where it would have come from: localAddress, localPort, or
neither."""

# rows: 6.option.localAddress 6.option.localPort
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def told(label: str, error: Any) -> None:
    log(label, error, getattr(error, "localAddress", None), getattr(error, "localPort", None))


def main() -> None:
    busy, closed = net.createServer(), net.createServer()

    def on_listening() -> None:
        port, used = closed.address()["port"], busy.address()["port"]
        host = "127.0.0.1"
        both = [{"address": host, "family": 4}, {"address": "127.0.0.2", "family": 4}]
        cases: dict[str, dict[str, Any]] = {
            "address": {"host": host, "localAddress": host},
            "port": {"host": host, "localPort": 20211},
            "both": {"host": host, "localAddress": host, "localPort": 20212},
            "six": {"host": "::1", "localAddress": "::1", "localPort": 20213},
            "inUse": {"host": host, "localAddress": host, "localPort": used},
            "notOurs": {"host": host, "localAddress": "192.0.2.1", "localPort": 20214},
            "otherFamily": {"host": host, "localAddress": "::1", "localPort": 20215},
            "unreachable": {"host": "255.255.255.255", "localPort": 20216},
            "several": {
                "host": "some.name",
                "localPort": 20217,
                "lookup": lambda name, options, answer: answer(None, both),
            },
            "half": {"host": host, "localPort": 20218.5},
            "large": {"host": host, "localPort": 20219 + 65536},
            "negative": {"host": host, "localPort": 20220 - 65536},
        }
        names = list(cases)

        def next_one(*_: object) -> None:
            if not names:
                busy.close()
                return
            name = names.pop(0)
            socket = net.connect({"port": port, **cases[name]})

            def on_error(error: Any) -> None:
                told(name, error)
                for each in getattr(error, "errors", ()):
                    told(f"{name} part", each)

            socket.on(
                "connectionAttemptFailed", lambda _a, _p, _f, error: told(f"{name} attempt", error)
            )
            socket.on("error", on_error)
            socket.on("close", lambda *_: net.setImmediate(next_one))

        closed.close(next_one)

    busy.listen(0, "127.0.0.1", lambda: closed.listen(0, "127.0.0.1", on_listening))


run(main)
