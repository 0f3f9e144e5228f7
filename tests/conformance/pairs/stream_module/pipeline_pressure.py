"""A pipeline from an iterable waits for drain, and asks for no item before."""

# rows: s.pipeline

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import log, run, watch


def numbers():
    for i in range(5):
        log("asked", i)
        yield i


def main():
    def write(chunk, encoding, done):
        log("took", chunk, sink.writableLength)
        net.setTimeout(done, 50)

    sink = stream.Writable(objectMode=True, highWaterMark=2, write=write)
    watch(sink, "sink", "drain", "finish")

    def done(error):
        log("done", error, sink.listenerCount("drain"))

    stream.pipeline(numbers(), sink, done)


run(main)
