"""A child disconnects itself, and has no channel then."""
# rows: c.process.disconnect c.process.event.disconnect c.process.connected

from __future__ import annotations

from anynet import node as net
from anynet.node import child_process, process
from tests.conformance.tracing import log, run, watch


def main() -> None:
    if "CHILD" not in process.env:
        child = child_process.fork(process.argv[1], {"env": {**process.env, "CHILD": "yes"}})
        watch(child, "child", "message", "disconnect", "error")

        def on_exit(code, signal):
            log("exit", code)
            child.disconnect()
            net.nextTick(lambda: log("tick"))

        child.on("exit", on_exit)
    else:
        codes = []
        process.on("message", lambda message, handle: None)

        def on_disconnect():
            codes.extend(["disconnect", process.connected])
            process.exit(5 if codes == [False, "ERR_IPC_DISCONNECTED", "disconnect", False] else 6)

        process.on("disconnect", on_disconnect)

        def sent(error):
            codes.clear()
            process.disconnect()
            codes.append(process.connected)
            process.on("error", lambda error: codes.append(error.code))
            process.disconnect()
            process.send("x", lambda error: codes.append(error.code))

        process.send("hello", sent)


run(main)
