"""A transform that nobody reads stops taking chunks, and goes on when it is read."""

# rows: s.Transform s.objectMode

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import log, run, watch


def main():
    def transform_chunk(chunk, encoding, done):
        log("transform", chunk)
        done(None, chunk)

    transform = stream.Transform(
        readableHighWaterMark=2, writableHighWaterMark=2, transform=transform_chunk
    )
    watch(transform, "transform", "drain", "finish", "end", "close")
    for text in ["a", "b", "c", "d"]:
        log(
            "write",
            transform.write(text, lambda error, text=text: log("written", text)),
            transform.readableLength,
            transform.writableLength,
        )

    def read_one():
        log("later", transform.readableLength, transform.writableLength)
        log("read", transform.read(1))

    def read_all():
        log("later", transform.readableLength, transform.writableLength)
        transform.end()
        watch(transform, "transform", "data")

    net.setTimeout(read_one, 50)
    net.setTimeout(read_all, 100)


run(main)
