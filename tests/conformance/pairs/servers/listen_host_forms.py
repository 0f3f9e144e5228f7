"""What host does: none is dual stack, an address its own family, the empty string is none."""
# rows: 4.listen.options.host 4.address

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    hosts = [
        None,
        "",
        "0.0.0.0",
        "127.0.0.1",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "127.0.0.2",
        "localhost",
    ]

    def next_host() -> None:
        if not hosts:
            return
        host = hosts.pop(0)
        server: Any = net.createServer()

        def failed(error: Any) -> None:
            log("error", host, error.code)
            next_host()

        def listening() -> None:
            address = server.address()
            log("listening", host, address["address"], address["family"])
            server.close()

        server.on("error", failed)
        server.on("close", next_host)
        server.listen({"port": 0, "host": host}, listening)
        log("at once", host, server.listening)

    next_host()


run(main)
