"""A transform function that raises, and one whose source fails."""

# rows: s.pipeline

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import log, run, watch


async def failing(chunks):
    async for chunk in chunks:
        log("chunk", chunk)
        raise Exception("cannot parse")
        yield chunk


async def passing(chunks):
    try:
        async for chunk in chunks:
            yield chunk
    except Exception as error:
        log("inside", error)
        raise
    finally:
        log("finally")


def start(label, transform, fail=False):
    source = stream.Readable(read=lambda size: None)
    sink = stream.Writable(write=lambda chunk, encoding, done: done())
    watch(source, f"{label} source", "error", "close")
    watch(sink, f"{label} sink", "error", "close")
    stream.pipeline(source, transform, sink, lambda error: log(f"{label} done", error))
    source.push("x")
    if fail:
        net.setTimeout(lambda: source.destroy(Exception("source lost")), 20)


def main():
    start("raises", failing)
    net.setTimeout(lambda: start("source", passing, fail=True), 200)


run(main)
