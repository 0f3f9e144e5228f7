"""What was collected by cork() goes to writev in one call, with the encodings."""

# rows: s.Writable 5.stream.cork

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import log, run, watch


def main():
    def writev(chunks, done):
        log("took", [[each["chunk"], each["encoding"]] for each in chunks])
        done()

    sink = stream.Writable(objectMode=True, writev=writev)
    watch(sink, "sink", "drain", "finish")
    sink.write("alone", "hex", lambda *values: log("alone written", *values))
    sink.cork()
    sink.write(1, lambda *values: log("one written", *values))
    sink.write({"two": 2}, "utf8", lambda *values: log("two written", *values))
    log("corked", sink.writableLength, sink.writableCorked)

    def later():
        sink.uncork()
        log("uncorked", sink.writableLength)
        sink.cork()
        sink.write("three")
        sink.end("four", lambda error: log("ended"))

    net.nextTick(later)


run(main)
