"""A source is asked for the first time once _construct has called back."""

# rows: s.construct s.Readable

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import log, run, watch


def main():
    class Source(stream.Readable):
        def _construct(self, done):
            log("construct")
            net.setTimeout(done, 50)

        def _read(self, size):
            log("read", size)
            self.push("x")
            self.push(None)

    source = Source(highWaterMark=4)
    watch(source, "source", "data", "end", "close")
    log("read at once", source.read())
    net.setImmediate(lambda: log("still", source.readableLength))


run(main)
