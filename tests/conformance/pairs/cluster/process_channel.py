"""process.channel of a forked program: there while it is connected, with ref() and unref(); and of
no child."""

# rows: c.process.connected c.child_process.fork
from __future__ import annotations

from typing import Any

from anynet.node import child_process, process
from tests.conformance.tracing import log, run, watch


def kind(value: object) -> str:
    return "function" if callable(value) else "undefined"


def parent() -> None:
    log("parent", process.channel)
    names = ["listening", "unref", "ref"]

    def next_one() -> None:
        if not names:
            return
        name = names.pop(0)
        child = child_process.fork(process.argv[1], env={**process.env, "CHILD": name})
        log(name, kind(child.channel.ref), kind(child.channel.unref))
        watch(child, name, "message", "disconnect")
        child.on("disconnect", lambda: log("child", child.channel is None))

        def on_exit(code: int | None, _signal: str | None) -> None:
            log("exit", code)
            next_one()

        child.on("exit", on_exit)
        if name != "unref":
            child.send("end")

    next_one()


def main() -> None:
    if "CHILD" not in process.env:
        parent()
        return

    def on_message(_message: Any, _handle: Any) -> None:
        process.disconnect()
        # What is printed now could come before or after what the parent prints.
        process.exitCode = 3 if process.channel is None and not process.connected else 4

    process.on("message", on_message)
    log("channel", kind(process.channel.ref), kind(process.channel.unref))
    if process.env["CHILD"] != "listening":
        process.channel.unref()
    if process.env["CHILD"] == "ref":
        process.channel.ref()


run(main)
