"""In a forked child, messages wait for the first listener."""
# rows: c.process.event.message c.child_process.fork

from __future__ import annotations

from anynet import node as net
from anynet.node import child_process, process
from tests.conformance.tracing import run, watch


def main() -> None:
    if "CHILD" not in process.env:
        child = child_process.fork(process.argv[1], {"env": {**process.env, "CHILD": "yes"}})
        watch(child, "child", "message", "disconnect", "exit")
        child.send("one")
        child.send("two")
    else:

        def later():
            process.send("now")

            def on_message(message, handle):
                process.send("got " + message)
                if message == "two":
                    net.setImmediate(process.disconnect)

            process.on("message", on_message)
            process.send("listened")

        net.setTimeout(later, 100)


run(main)
