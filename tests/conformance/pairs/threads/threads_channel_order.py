"""Messages of a channel come after the ticks and before the immediates, and a close lets those pass that are there."""
# rows: t.port.postMessage t.port.close t.port.event.message t.port.event.close

from __future__ import annotations

from anynet import node as net
from anynet.node.worker_threads import (
    MessageChannel,
)
from tests.conformance.tracing import log, run


def main() -> None:
    channel = MessageChannel()
    port1, port2 = channel.port1, channel.port2

    def on_message(message):
        log("message", message)
        net.nextTick(lambda: log("tick of", message))
        if message == 2:
            log("close", port2.close())

    port2.on("message", on_message)
    port2.on("close", lambda: log("port2 close"))
    for number in (1, 2, 3):
        log("post", port1.postMessage(number))
    net.setImmediate(lambda: log("immediate"))
    net.nextTick(lambda: log("tick"))


run(main)
