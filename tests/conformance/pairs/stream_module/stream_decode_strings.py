"""With decodeStrings: false strings are written as they are, with their encoding."""

# rows: s.Writable

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import attempt, log, run, watch


def main():
    def write(chunk, encoding, done):
        log("took", chunk, encoding)
        net.setImmediate(done)

    sink = stream.Writable(
        decodeStrings=False, defaultEncoding="latin1", highWaterMark=4, write=write
    )
    watch(sink, "sink", "drain", "finish")
    for values in [["éé"], ["ab", "hex"], ["x", "UTF8"], [b"bytes", "hex"]]:
        log("write", sink.write(*values), sink.writableLength)
    attempt("unknown", lambda: sink.write("x", "nonsense"))
    sink.end()


run(main)
