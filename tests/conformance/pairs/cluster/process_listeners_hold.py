"""A listener to `message` or `disconnect` holds a child; removed, it holds it no longer."""
# rows: c.process.event.message c.process.event.disconnect c.child_process.fork

from __future__ import annotations

from anynet.node import child_process, process
from tests.conformance.tracing import log, run


def main() -> None:
    if "CHILD" not in process.env:

        def next_way(ways):
            if not ways:
                return log("done")
            child = child_process.fork(process.argv[1], {"env": {**process.env, "CHILD": ways[0]}})

            def on_message(message, handle):
                log(ways[0], "message", message)
                if message == "ready":
                    child.send("go")
                if message == "disconnect me":
                    child.disconnect()

            child.on("message", on_message)

            def on_exit(code, signal):
                log(ways[0], "exit", code, signal)
                next_way(ways[1:])

            child.on("exit", on_exit)

        next_way(["once", "removed", "disconnect"])
    elif process.env["CHILD"] == "once":
        process.once("message", lambda message, handle: process.send("got " + message) and None)
        process.send("ready")
    elif process.env["CHILD"] == "removed":

        def listener(message, handle):
            process.exit(1)

        process.on("message", listener)
        process.removeListener("message", listener)
        process.send("leaving")
    else:
        process.on("disconnect", lambda: process.exit(9))
        process.send("disconnect me")


run(main)
