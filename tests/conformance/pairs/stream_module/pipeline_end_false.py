"""With end: false the last stream is not ended, and takes more afterwards."""

# rows: s.promises

from anynet.node import stream
from tests.conformance.tracing import log, run, watch


async def main():
    taken = []

    def write(chunk, encoding, done):
        taken.append(chunk.decode())
        done()

    sink = stream.Writable(write=write)
    watch(sink, "sink", "finish", "close")
    pipeline = stream.promises.pipeline
    await pipeline(stream.Readable.from_(["a", "b"]), sink, {"end": False})
    log("first", taken, sink.writableEnded, sink.destroyed)
    await pipeline(["c"], sink, {"end": False})
    log("second", taken, sink.writableEnded)
    await pipeline(["d"], sink)
    log("third", taken, sink.writableEnded)


run(main)
