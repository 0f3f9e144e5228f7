"""The options of connect() that the constructor and setTimeout() refuse."""

# rows: 6.option.timeout 6.option.blockList 6.factory 5.option.signal
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, run


def main() -> None:
    for timeout in ["x", -1, True]:
        attempt(
            "timeout", lambda: net.connect({"port": 9, "host": "127.0.0.1", "timeout": timeout})
        )
    attempt(
        "keepAliveInitialDelay",
        lambda: net.connect({"port": 9, "host": "127.0.0.1", "keepAliveInitialDelay": "x"}),
    )
    for blockList in [5, "x", {}]:
        attempt(
            "blockList",
            lambda: net.connect({"port": 9, "host": "127.0.0.1", "blockList": blockList}),
        )
    for signal in [5, {}, "x"]:
        attempt("signal", lambda: net.connect({"port": 9, "host": "127.0.0.1", "signal": signal}))
    attempt("objectMode", lambda: net.connect({"port": 9, "host": "127.0.0.1", "objectMode": True}))
    attempt("readableObjectMode", lambda: net.Socket({"readableObjectMode": True}))
    attempt("writableObjectMode", lambda: net.Socket({"writableObjectMode": True}))
    attempt("fd", lambda: net.Socket({"fd": -1}))
    attempt("fd", lambda: net.Socket({"fd": "x"}))
    attempt("fd of no socket", lambda: net.Socket({"fd": 4000000}))
    attempt("no options", lambda: net.Socket(None).readyState)


run(main)
