"""A stream over an async generator that waits between its items, and one that fails."""

# rows: s.Readable.from

import anyio

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import log, run, watch


async def slow(label, failure=None):
    try:
        for value in ["a", "b", "c"]:
            await anyio.sleep(0.003)
            yield value
        if failure:
            raise failure
    finally:
        log(f"{label} closed")


def main():
    from_ = stream.Readable.from_
    fine = from_(slow("fine"))
    watch(fine, "fine", "data", "end", "error", "close")

    def fails():
        source = from_(slow("fails", Exception("too late")))
        watch(source, "fails", "data", "end", "error", "close")
        source.on("close", left)

    def left():
        source = from_(slow("left"))
        watch(source, "left", "end", "error", "close")

        def on_data(value):
            log("left", value)
            source.pause()
            net.setTimeout(source.destroy, 20)

        source.once("data", on_data)

    fine.on("close", fails)


run(main)
