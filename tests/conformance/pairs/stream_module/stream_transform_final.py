"""A transform with a final of its own: that first, then the flush, on prefinish."""

# rows: s.Transform s.Writable

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import log, run, watch


def main():
    class Counting(stream.Transform):
        def _transform(self, chunk, encoding, done):
            self.push(chunk)
            done()

        def _final(self, done):
            log("final")
            self.push("final")
            net.setTimeout(done, 5)

        def _flush(self, done):
            log("flush")
            done(None, "flush")

    counting = Counting()
    watch(counting, "counting", "data", "prefinish", "finish", "end", "close")
    counting.end("x")


run(main)
