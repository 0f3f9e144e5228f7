"""Streams of a list, a generator, a text and bytes."""

# rows: s.Readable.from

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import attempt, log, run, watch


def numbers():
    try:
        for i in range(3):
            log("generating", i)
            yield i
    finally:
        log("generator closed")


class Nothing:
    pass


def shown(label, source):
    log(f"{label} marks", source.readableHighWaterMark, source.readableObjectMode)
    watch(source, label, "data", "end", "error", "close")


def main():
    from_ = stream.Readable.from_
    shown("list", from_(["a", 0, "", False, {"b": 1}]))
    net.setTimeout(lambda: shown("generator", from_(numbers())), 5)
    net.setTimeout(lambda: shown("text", from_("whole text")), 10)
    net.setTimeout(lambda: shown("bytes", from_(b"bytes")), 15)
    net.setTimeout(
        lambda: shown("options", from_(["ab", "cd"], objectMode=False, encoding="utf8")), 20
    )
    net.setTimeout(lambda: shown("null", from_([1, None, 2])), 25)
    attempt("number", lambda: from_(5))
    attempt("object", lambda: from_(Nothing()))


run(main)
