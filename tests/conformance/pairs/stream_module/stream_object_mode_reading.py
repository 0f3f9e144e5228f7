"""In object mode every value but null is a chunk, each counts one, and read(n) takes one."""

# rows: s.Readable s.objectMode

from anynet.node import stream
from tests.conformance.tracing import log, run, watch


def main():
    source = stream.Readable(objectMode=True, read=lambda size: None)
    log("marks", source.readableHighWaterMark, source.readableObjectMode)
    for value in [{"a": 1}, "", 0, False, "text", [1, 2]]:
        log("push", source.push(value), source.readableLength)
    log("unshift", source.unshift("first"), source.readableLength)
    log("read(0)", source.read(0))
    log("read(5)", source.read(5), source.readableLength)
    log("read()", source.read(), source.read(), source.read())
    watch(source, "source", "data", "end", "close")
    source.push(None)


run(main)
