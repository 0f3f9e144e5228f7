"""Async generators as source and as transform, with a stream at the end."""

# rows: s.pipeline

import anyio

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import log, run, watch


async def source():
    for word in ["one", "two"]:
        await anyio.sleep(0.002)
        yield word


async def twice(words, options):
    log("aborted", options["signal"].aborted)
    async for word in words:
        log("word", word)
        yield word
        yield word.upper()


def main():
    taken = []

    def write(chunk, encoding, done):
        taken.append(chunk.decode())
        done()

    sink = stream.Writable(write=write)
    watch(sink, "sink", "finish", "close")
    stream.pipeline(source, twice, sink, lambda error: log("done", error, taken))

    def from_list():
        last = stream.PassThrough(objectMode=True).resume()
        stream.pipeline(["x", "y"], twice, last, lambda error: log("list done", error))

    net.setTimeout(from_list, 200)


run(main)
