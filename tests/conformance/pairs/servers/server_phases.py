"""Around one connection: ticks first, then immediates, then timers; what they add waits its turn."""
# rows: 8.8 4.event.connection

from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def accept(socket: net.Socket) -> None:
        def immediate() -> None:
            log("immediate")
            net.nextTick(lambda: log("tick of the immediate"))
            net.setImmediate(lambda: log("immediate of the immediate"))

        def tick() -> None:
            log("tick")
            net.nextTick(lambda: log("tick of the tick"))
            net.setImmediate(lambda: log("immediate of the tick"))

        def closed(_: bool) -> None:
            log("socket close")
            net.nextTick(lambda: log("tick of close"))
            server.close(lambda: log("server close"))

        net.setTimeout(lambda: log("timeout"), 400)
        net.setImmediate(immediate)
        net.setImmediate(lambda: log("second immediate"))
        net.nextTick(tick)
        socket.destroy()
        socket.on("close", closed)
        log("listener returns")

    server = net.createServer(accept)

    def listening() -> None:
        client = net.connect("s.sock")
        client.resume()

    server.listen("s.sock", listening)


run(main)
