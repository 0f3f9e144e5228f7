"""Three streams in a pipeline: what is destroyed, and when the callback comes."""

# rows: s.pipeline

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import log, run, watch


def main():
    taken = []

    def write(chunk, encoding, done):
        taken.append(chunk)
        net.setImmediate(done)

    source = stream.Readable(read=lambda size: None)
    upper = stream.Transform(
        transform=lambda chunk, encoding, done: done(None, chunk.decode().upper())
    )
    sink = stream.Writable(write=write)
    watch(source, "source", "end", "close")
    watch(upper, "upper", "finish", "end", "close", "unpipe")
    upper.removeAllListeners("unpipe")
    watch(sink, "sink", "finish", "close")

    def done(error):
        log("done", error, taken)
        log("destroyed", source.destroyed, upper.destroyed, sink.destroyed)

    last = stream.pipeline(source, upper, sink, done)
    log("last is the sink", last is sink)
    source.push("a")
    source.push("b")
    source.push(None)


run(main)
