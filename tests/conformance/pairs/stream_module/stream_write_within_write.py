"""A sink that writes to itself while it takes a chunk, and answers at once: nothing is called back before write() has returned."""

# rows: s.Writable 8.6

from anynet.node import stream
from tests.conformance.tracing import log, run, watch


def main():
    first = True

    def write(chunk, encoding, done):
        nonlocal first
        log("took", chunk)
        if first:
            first = False
            log("inner", sink.write("two", lambda error: log("two written")), sink.writableLength)
        done()

    def final(done):
        log("final")
        done()

    sink = stream.Writable(highWaterMark=3, write=write, final=final)
    watch(sink, "sink", "drain", "prefinish", "finish", "close")
    log("returned", sink.write("one", lambda error: log("one written")), sink.writableLength)
    sink.end(lambda error: log("ended"))
    log("end returned")


run(main)
