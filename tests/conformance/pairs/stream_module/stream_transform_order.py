"""The events of a transform from its first chunk to its close."""

# rows: s.Transform

from anynet.node import stream
from tests.conformance.tracing import log, run, watch


def main():
    def transform_chunk(chunk, encoding, done):
        log("transform", chunk, encoding)
        transform.push(chunk)
        done(None, chunk.decode().upper())

    def flush(done):
        log("flush")
        done(None, "rest")

    transform = stream.Transform(transform=transform_chunk, flush=flush)
    watch(transform, "transform", "data", "prefinish", "finish", "end", "close")
    log("write", transform.write("a", lambda *values: log("a written", *values)))
    transform.end("b", lambda *values: log("ended", *values))
    log("after end")


run(main)
