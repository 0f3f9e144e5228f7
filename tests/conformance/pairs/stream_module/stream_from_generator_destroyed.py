"""A stream over a generator that is destroyed early, with and without an error, and one that raises."""

# rows: s.Readable.from s.destroy

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import log, run, watch


def numbers(label):
    try:
        i = 0
        while True:
            yield i
            i += 1
    except Exception as error:
        log(f"{label} caught", error)
        raise
    finally:
        log(f"{label} closed")


def failing():
    yield 1
    raise Exception("from inside")


def destroyed_at(label, count, error=None):
    source = stream.Readable.from_(numbers(label))

    def on_data(value):
        log(label, value)
        if value == count:
            source.destroy(error)

    source.on("data", on_data)
    watch(source, label, "end", "error", "close")


def main():
    destroyed_at("plain", 2)
    net.setTimeout(lambda: destroyed_at("error", 1, Exception("mine")), 100)

    def fail():
        source = stream.Readable.from_(failing())
        watch(source, "failing", "data", "end", "error", "close")

    def unread():
        source = stream.Readable.from_(numbers("unread"))
        watch(source, "unread", "close")
        source.destroy()

    net.setTimeout(fail, 200)
    net.setTimeout(unread, 300)


run(main)
