"""A transform that fails, one whose flush fails, one that calls back twice, and one without a function."""

# rows: s.Transform

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import attempt, log, run, watch


def made(label, **functions):
    transform = stream.Transform(functions)
    watch(transform, label, "data", "end", "error", "close")
    transform.write("x", lambda error: log(f"{label} written", error))
    transform.end(lambda error: log(f"{label} ended", error))


def main():
    def twice(chunk, encoding, done):
        done()
        done()

    def bare():
        transform = stream.Transform()
        attempt("bare", lambda: transform.write("x"))

    made("fails", transform=lambda chunk, encoding, done: done(Exception("bad")))
    net.setTimeout(
        lambda: made(
            "flush",
            transform=lambda chunk, encoding, done: done(),
            flush=lambda done: done(Exception("rest")),
        ),
        5,
    )
    net.setTimeout(lambda: made("twice", transform=twice), 10)
    net.setTimeout(bare, 15)


run(main)
