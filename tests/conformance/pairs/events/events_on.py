"""events.on: every event as a list, none lost while the loop is busy, ended by a closing
event or by leaving."""

# rows: 5.event.data 4.event.connection 5.event.close
from __future__ import annotations

from anynet import node as net
from anynet.node import events
from tests.conformance.tracing import log, run


async def main() -> None:
    server = net.createServer(lambda c: c.pipe(c))
    server.listen(0, "127.0.0.1")
    await events.once(server, "listening")
    client = net.connect(server.address()["port"], "127.0.0.1")
    await events.once(client, "connect")
    client.setEncoding("utf8")
    turn = 0
    client.write("0")
    async for values in events.on(client, "data"):
        log("data", values)
        turn += 1
        if turn == 4:
            break
        client.write(str(turn))
    log("left", client.listenerCount("data"), client.listenerCount("error"))

    def on_immediate() -> None:
        client.emit("timeout", "a")
        client.emit("timeout", "b", 2)
        client.emit("stop")
        client.emit("timeout", "too late")

    net.setImmediate(on_immediate)
    async for values in events.on(client, "timeout", close=["stop"]):
        log("timeout", values)
    log("stopped", client.listenerCount("timeout"), client.listenerCount("stop"))

    def on_immediate_2() -> None:
        client.emit("drain", 1)
        client.destroy(RuntimeError("no more of this"))

    net.setImmediate(on_immediate_2)
    try:
        async for values in events.on(client, "drain"):
            log("drain", values)
    except Exception as error:
        log("failed", error, client.destroyed)
    server.close()


run(main)
