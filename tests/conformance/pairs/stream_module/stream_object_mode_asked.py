"""How often the source of objects is asked, with a mark of two."""

# rows: s.objectMode s.Readable

from anynet.node import stream
from tests.conformance.tracing import log, run, watch


def main():
    next_one = 0

    def read(size):
        nonlocal next_one
        log("read", size, next_one)
        next_one += 1
        source.push({"next": next_one} if next_one <= 5 else None)

    source = stream.Readable(objectMode=True, highWaterMark=2, read=read)

    def on_readable():
        log("readable", source.readableLength)
        while (value := source.read()) is not None:
            log("got", value, source.readableLength)

    source.on("readable", on_readable)
    watch(source, "source", "end", "close")


run(main)
