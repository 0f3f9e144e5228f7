"""A transform that ends its reading side before its input has ended."""

# rows: s.Transform

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import log, run, watch


def main():
    def transform_chunk(chunk, encoding, done):
        log("transform", chunk)
        if chunk == b"b":
            transform.push(None)
        else:
            transform.push(chunk)
        done()

    transform = stream.Transform(transform=transform_chunk)
    watch(transform, "transform", "data", "end", "finish", "error", "close")
    for text in ["a", "b"]:
        transform.write(text, lambda error, text=text: log("written", text, error))

    def later():
        log("still", transform.readableEnded, transform.writable, transform.destroyed)
        transform.write("c", lambda error: log("written", "c", error))

    net.setTimeout(later, 50)


run(main)
