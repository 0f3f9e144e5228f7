"""An address that is not ours is EADDRNOTAVAIL; a bad one among several errors leaves the server usable."""
# rows: 4.event.error 4.listen.options.host

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    hosts = ["192.0.2.1", "2001:db8::1", "127.0.0.1"]
    server = net.createServer()

    def failed(error: Any) -> None:
        log("error", error.code, error.syscall, error.address, error.port, str(error))
        log("state", server.listening, server.address())
        server.listen(0, hosts.pop(0))

    def listening() -> None:
        log("listening", server.address())
        server.close()

    server.on("error", failed)
    server.on("listening", listening)
    server.on("close", lambda: log("close"))
    server.listen(0, hosts.pop(0))


run(main)
