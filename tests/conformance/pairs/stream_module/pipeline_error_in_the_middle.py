"""A transform fails: both neighbours are destroyed with its error."""

# rows: s.pipeline

from anynet.node import stream
from tests.conformance.tracing import log, run, watch


def main():
    source = stream.Readable(read=lambda size: None)
    failing = stream.Transform(transform=lambda chunk, encoding, done: done(Exception("bad input")))
    sink = stream.Writable(write=lambda chunk, encoding, done: done())
    watch(source, "source", "error", "close")
    watch(failing, "failing", "error", "close")
    watch(sink, "sink", "error", "close")

    def done(error, *more):
        log("done", error, len(more))
        log("destroyed", source.destroyed, failing.destroyed, sink.destroyed)

    stream.pipeline(source, failing, sink, done)
    source.push("x")


run(main)
