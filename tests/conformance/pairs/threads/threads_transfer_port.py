"""A port moves with a message, takes along what waits for it, and is of no use where it was."""
# rows: t.transfer.port t.port.event.close t.port.close

from __future__ import annotations

from anynet import node as net
from anynet.node.worker_threads import (
    MessageChannel,
    Worker,
    isMainThread,
    parentPort,
)
from tests.conformance.tracing import log, run


def main() -> None:
    if isMainThread:
        channel = MessageChannel()
        port1, port2 = channel.port1, channel.port2
        worker = Worker(__file__)
        ended = []

        def over(what):
            ended.append(what)
            if len(ended) == 2:
                log(*sorted(ended))

        port1.postMessage("sent before it moved")
        log("moved", worker.postMessage({"port": port2}, [port2]))
        try:
            worker.postMessage(port2, [port2])
        except net.NodeError as error:
            log("again threw", error.name, error.code, str(error))
        log("no use", port2.postMessage("nowhere"), port2.close())

        def on_message(message):
            log("message", message)
            port1.postMessage("answer")

        port1.on("message", on_message)
        port1.on("close", lambda: over("port1 close"))
        worker.on("exit", lambda code: over(f"worker exit {code}"))
        return

    def on_port(message):
        port = message["port"]

        def answer(value):
            if value == "answer":
                port.close()
            else:
                port.postMessage(["got", value])

        port.on("message", answer)

    parentPort.once("message", on_port)


run(main)
