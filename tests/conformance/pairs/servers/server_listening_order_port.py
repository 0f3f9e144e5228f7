"""A port alone is bound inside listen(); listening still waits for a tick."""
# rows: 4.event.listening 4.address 8.8 4.listen.options.port

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server: Any = net.createServer()
    net.nextTick(lambda: log("tick before listen"))
    server.listen(0, lambda: log("callback", server.listening))
    address = server.address()
    log("bound at once", server.listening, address["family"], address["port"] > 0)

    def tick() -> None:
        log("tick after listen")
        server.close(lambda: log("closed"))

    net.nextTick(tick)
    net.setImmediate(lambda: log("immediate", server.listening))


run(main)
