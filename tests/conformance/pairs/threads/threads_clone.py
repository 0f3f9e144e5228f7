"""What cannot be copied is a DataCloneError at the call, and nothing is sent."""
# rows: t.clone t.port.postMessage t.transfer.errors

from __future__ import annotations

from anynet import node as net
from anynet.node.worker_threads import (
    MessageChannel,
)
from tests.conformance.tracing import log, run


def main() -> None:
    channel, other = MessageChannel(), MessageChannel()

    def post(label, *args):
        try:
            log(label, channel.port1.postMessage(*args))
        except net.NodeError as error:
            text = str(error)
            log(f"{label} threw", error.name, error.code, "clone" if "clone" in text else text)

    def on_message(message):
        log("message", message)
        channel.port2.close()

    post("function", lambda: None)
    post("function inside", {"list": [lambda: None]})
    post("socket", net.Socket())
    post("server", {"server": net.createServer()})
    post("port", other.port1)
    post("list of numbers", 1, [1])
    post("list that is none", 1, 5)
    post("itself", 1, [channel.port1])
    post("twice", 1, [other.port1, other.port1])
    post("unconnected", 1, [net.Socket()])
    post("not listening", 1, [net.createServer()])
    post("block list", 1, [net.BlockList()])
    fine = {"number": 1.5, "text": "ä", "yes": True, "bytes": "x"}
    post("fine", {**fine, "nested": [[], {}]}, [])
    channel.port2.on("message", on_message)


run(main)
