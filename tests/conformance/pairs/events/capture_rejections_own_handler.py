"""A handler of the program's own for what async listeners raise: on one server, one socket, and a
class."""

# rows: 4.event.connection 5.event.data
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


class Own(net.EventEmitter):
    def captureRejection(self, error: Exception, name: Any, *args: Any) -> None:
        log("class", error, name, args)


def main() -> None:
    net.EventEmitter.captureRejections = True

    async def fail_of_class(*_: object) -> None:
        raise RuntimeError("of a class")

    async def fail_of_connection(_c: net.Socket) -> None:
        raise RuntimeError("of the connection")

    async def fail_of_data(_data: bytes) -> None:
        raise RuntimeError("of data")

    emitter = Own()
    emitter.on("own", fail_of_class)
    emitter.emit("own", 1, "two")
    server = net.createServer(fail_of_connection)

    def of_server(error: Exception, name: str, socket: net.Socket) -> None:
        log("server", error, name, socket, socket.destroyed)
        socket.end("sorry")
        server.close()

    server.captureRejection = of_server  # type: ignore[method-assign, assignment]

    def on_listening() -> None:
        socket = net.connect(server.address()["port"], "127.0.0.1")
        socket.captureRejection = (  # type: ignore[method-assign, assignment]
            lambda error, name, *values: log("socket", error, name, values)
        )
        socket.on("data", fail_of_data)
        socket.on("close", lambda had_error: log("close", had_error))

    server.listen(0, "127.0.0.1", on_listening)


run(main)
