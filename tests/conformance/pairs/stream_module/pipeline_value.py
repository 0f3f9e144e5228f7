"""A coroutine function at the end: its value is the second argument, or what the promise holds."""

# rows: s.pipeline s.promises

import anyio

from anynet.node import stream
from tests.conformance.tracing import log, run


async def collect(chunks):
    return [chunk async for chunk in chunks]


async def main():
    over = anyio.Event()

    def done(error, value):
        log("called back", error, value)
        over.set()

    last = stream.pipeline(stream.Readable.from_(["a", "b"]), collect, done)
    log("last", last.readable, last.writable)
    await over.wait()
    pipeline, from_ = stream.promises.pipeline, stream.Readable.from_
    log("awaited", await pipeline(from_([1, 2]), collect))
    log("nothing", await pipeline(from_(["x"]), stream.PassThrough().resume()))

    async def fail():
        raise Exception("consumer")

    try:
        await pipeline(from_([1]), fail)
    except Exception as error:
        log("caught", error)


run(main)
