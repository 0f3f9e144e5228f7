"""A write after end() in the connection listener: its callback, then the error, then close."""
# rows: 8.1 8.8 5.write 4.event.connection

from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def accept(socket: net.Socket) -> None:
        log("end", socket.end("my last words") is socket, socket.readyState)
        returned = socket.write("too late", lambda error: log("write callback", error))
        log("write", returned, socket.destroyed)
        net.nextTick(lambda: log("tick", socket.destroyed))
        socket.on("finish", lambda: log("finish"))
        socket.on("error", lambda error: log("error", error, socket.destroyed))
        socket.on("close", lambda failed: log("socket close", failed, socket.bytesWritten))
        server.close(lambda: log("server close"))

    server = net.createServer(accept)

    def listening() -> None:
        client = net.connect("s.sock")
        client.resume()

    server.listen("s.sock", listening)


run(main)
