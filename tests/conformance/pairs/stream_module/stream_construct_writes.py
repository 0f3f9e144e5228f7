"""What is written before _construct has called back waits for it, and so does the end."""

# rows: s.construct s.Writable

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import log, run, watch


def main():
    def construct(done):
        log("construct")

        def call_back():
            done()
            log("called back", sink.writableLength)

        net.setTimeout(call_back, 5)

    def write(chunk, encoding, done):
        log("took", chunk)
        done()

    def writev(chunks, done):
        log("took many", [each["chunk"] for each in chunks])
        done()

    sink = stream.Writable(construct=construct, write=write, writev=writev)
    watch(sink, "sink", "drain", "finish", "close")
    log("write", sink.write("a", lambda *values: log("a written", *values)), sink.writableLength)
    log("write", sink.write("b", lambda *values: log("b written", *values)), sink.writableLength)
    sink.end("c")
    log("after end", sink.writableEnded, sink.writableFinished)


run(main)
