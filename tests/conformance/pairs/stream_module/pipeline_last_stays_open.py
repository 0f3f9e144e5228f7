"""A duplex stream at the end is left open, and nobody listens to it any more."""

# rows: s.pipeline s.Duplex

from anynet.node import stream
from tests.conformance.tracing import log, run, watch


def main():
    def write(chunk, encoding, done):
        log("took", chunk)
        done()

    last = stream.Duplex(read=lambda size: None, write=write)
    watch(last, "last", "finish", "end", "error", "close")
    before = last.listenerCount("error")
    source = stream.Readable.from_(["x"])

    def done(error):
        log("done", error, last.destroyed, last.readable, source.destroyed)
        log("listeners", last.listenerCount("error") - before)
        last.push("answer")
        last.push(None)
        watch(last, "last", "data")

    stream.pipeline(source, last, done)


run(main)
