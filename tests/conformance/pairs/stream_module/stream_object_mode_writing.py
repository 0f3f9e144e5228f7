"""Objects are written as they are, with the encoding that was given; each counts one."""

# rows: s.Writable s.objectMode

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import attempt, log, run, watch


def main():
    pending = []

    def write(chunk, encoding, done):
        log("took", chunk, encoding)
        pending.append(done)

    sink = stream.Writable(objectMode=True, highWaterMark=2, write=write)
    watch(sink, "sink", "drain", "finish")
    for value, *more in [[{"a": 1}], [""], [0, "nonsense"], ["text", "hex"], [False]]:
        log("write", sink.write(value, *more), sink.writableLength)
    attempt("null", lambda: sink.write(None))
    log("mark", sink.writableHighWaterMark, sink.writableObjectMode)
    sink.end("last")

    def next_one():
        if pending:
            pending.pop(0)()
            log("left", sink.writableLength)
            net.setImmediate(next_one)

    net.setImmediate(next_one)


run(main)
