"""finished() tells of a good end, of an error, and of a close before the end."""

# rows: s.finished

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import log, run


def main():
    def idle():
        return stream.Readable(read=lambda size: None)

    def taking():
        return stream.Writable(write=lambda chunk, encoding, done: done())

    sources = {
        "ends": lambda source: source.push(None),
        "fails": lambda source: source.destroy(Exception("lost")),
        "closes": lambda source: source.destroy(),
    }
    for label, act in sources.items():
        source = idle()
        stream.finished(
            source,
            lambda error, label=label, source=source: log(f"source {label}", error, source.closed),
        )
        source.on("error", lambda error: None)
        source.resume()
        act(source)
    sinks = {
        "ends": lambda sink: sink.end(),
        "fails": lambda sink: sink.destroy(Exception("lost")),
        "closes": lambda sink: sink.destroy(),
    }
    for label, act in sinks.items():
        sink = taking()
        stream.finished(
            sink, lambda error, label=label, sink=sink: log(f"sink {label}", error, sink.closed)
        )
        sink.on("error", lambda error: None)
        act(sink)
    duplex = stream.Duplex(read=lambda size: None, write=lambda chunk, encoding, done: done())
    stream.finished(duplex, lambda error: log("duplex", error))
    stream.finished(duplex, {"readable": False}, lambda error: log("writing side", error))
    stream.finished(duplex, {"writable": False}, lambda error: log("reading side", error))
    duplex.end()

    def end_reading():
        log("reading ends")
        duplex.push(None)
        duplex.resume()

    net.setTimeout(end_reading, 50)


run(main)
