"""An exception in the listener for error: close does not follow."""

# rows: 8.9 5.event.error 8.1
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    client = net.connect("missing.sock")

    def on_error(error: Any) -> None:
        log("error", error)
        raise RuntimeError("even the handling failed")

    client.on("error", on_error)
    client.on("close", lambda *_: log("never"))


run(main)
