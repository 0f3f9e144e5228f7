"""readableAll and writableAll open the path to all users; by default the umask rules."""
# rows: 1.5 4.listen.options.readableAll 4.listen.options.writableAll

from __future__ import annotations

import os
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run

os.umask(0o077)


def main() -> None:
    ways: list[tuple[str, dict[str, Any]]] = [
        ("default", {"path": "s.sock"}),
        ("readableAll", {"path": "s.sock", "readableAll": True}),
        ("writableAll", {"path": "s.sock", "writableAll": True}),
        ("both", {"path": "s.sock", "readableAll": True, "writableAll": True}),
        ("neither", {"path": "s.sock", "readableAll": False, "writableAll": False}),
    ]

    def next_way() -> None:
        if not ways:
            return
        label, options = ways.pop(0)
        server = net.createServer()

        def listening() -> None:
            log(label, f"{os.stat('s.sock').st_mode & 0o777:o}", server.address())
            server.close()

        server.on("close", next_way)
        server.listen(options, listening)

    next_way()


run(main)
