"""The source, the middle or the sink is destroyed without an error while a pipeline goes on."""

# rows: s.pipeline s.destroy

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import log, run, watch


def start(label, which, error=None):
    parts = [
        stream.Readable(read=lambda size: None),
        stream.PassThrough(),
        stream.Writable(write=lambda chunk, encoding, done: done()),
    ]
    for index, part in enumerate(parts):
        watch(part, f"{label} {index}", "error", "close")
    stream.pipeline(*parts, lambda failure: log(f"{label} done", failure))
    parts[0].push("x")
    net.setTimeout(lambda: parts[which].destroy(error), 2)


def main():
    start("source", 0)
    net.setTimeout(lambda: start("middle", 1), 100)
    net.setTimeout(lambda: start("sink", 2), 200)
    net.setTimeout(lambda: start("source error", 0, Exception("lost")), 300)
    net.setTimeout(lambda: start("sink error", 2, Exception("full")), 400)


run(main)
