"""What a listener of a socket throws goes to uncaughtException; the socket goes on with the next chunk."""

# rows: 9.process.event.uncaughtException 5.event.data 4.event.connection
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    process = net.process
    process.on("uncaughtException", lambda error, origin: log("uncaught", error, origin))
    process.on("exit", lambda code: log("exit", code))
    server = net.createServer()

    @server.on("connection")
    def on_connection(socket: net.Socket) -> None:
        def answer() -> None:
            log("immediate")
            socket.write("z")

        @socket.on("data")
        def on_data(chunk: bytes) -> None:
            log("data", chunk)
            net.setImmediate(answer)
            process.nextTick(lambda: log("tick"))
            raise RuntimeError("data")

        @socket.on("end")
        def on_end() -> None:
            log("end")
            server.close(lambda: log("closed"))

        socket.on("data", lambda: log("not called"))
        socket.on("close", lambda: log("close"))
        raise RuntimeError("connection")

    @server.once("listening")
    def on_listening() -> None:
        count = 0
        client = net.connect(server.address()["port"], "127.0.0.1")
        client.on("connect", lambda: net.setTimeout(lambda: client.write("a"), 20))

        @client.on("data")
        def on_data() -> None:
            nonlocal count
            count += 1
            if count < 3:
                client.write("b")
            else:
                client.end()

        raise RuntimeError("listening")

    server.listen(0, "127.0.0.1")


run(main)
