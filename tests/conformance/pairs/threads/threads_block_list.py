"""A block list is shared with the threads that it is sent to."""
# rows: t.shared

from __future__ import annotations

from anynet import node as net
from anynet.node.worker_threads import (
    Worker,
    isMainThread,
    parentPort,
    workerData,
)
from tests.conformance.tracing import log, run


def main() -> None:
    if not isMainThread:
        work(workerData["list"])
        return
    block_list = net.BlockList()
    block_list.addAddress("192.0.2.1")
    worker = Worker(__file__, {"workerData": {"list": block_list}})

    def on_message(message):
        log("message", message)
        if message == "added":
            log("here", block_list.check("192.0.2.2"))
            block_list.addAddress("192.0.2.3")
            worker.postMessage("look")

    worker.on("message", on_message)
    worker.on("exit", lambda code: log("exit", code))


def work(block_list):
    checked = [block_list.check("192.0.2.1"), block_list.check("192.0.2.2")]
    parentPort.postMessage([net.BlockList.isBlockList(block_list), *checked])
    block_list.addAddress("192.0.2.2")
    parentPort.postMessage("added")
    parentPort.once(
        "message",
        lambda _: parentPort.postMessage(["there", block_list.check("192.0.2.3")]),
    )


run(main)
