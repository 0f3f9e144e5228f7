"""A port keeps the program alive while it has a listener for messages, unless it was unref'ed."""
# rows: t.port.ref t.port.unref t.port.hasRef t.port.start t.receiveMessageOnPort

from __future__ import annotations

from anynet import node as net
from anynet.node.worker_threads import (
    MessageChannel,
    receiveMessageOnPort,
)
from tests.conformance.tracing import log, run


def main() -> None:
    channel = MessageChannel()
    port1, port2 = channel.port1, channel.port2
    log("at first", port1.hasRef(), port2.hasRef())
    port1.postMessage({"number": 1})
    port1.postMessage("two")
    log("received", *(receiveMessageOnPort(port2) for _ in range(3)))

    def listener(message):
        log("message", message)

    port2.on("message", listener)
    log("listened to", port1.hasRef(), port2.hasRef())
    port2.off("message", listener)
    log("no longer", port2.hasRef())
    port2.once("message", lambda message: log("once", message, port2.hasRef()))
    log("once", port2.hasRef())
    port1.postMessage("three")

    def later() -> None:
        port2.on("message", listener)
        port2.unref()
        log("unrefed", port2.hasRef())
        port2.ref()
        log("refed", port2.hasRef())
        port2.unref()
        log("and so it ends")

    net.setTimeout(later, 10)


run(main)
