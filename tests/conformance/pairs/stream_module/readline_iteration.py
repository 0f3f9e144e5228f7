"""A loop over lines: to the end, left early, with a failing input, and with more lines than it takes."""

# rows: s.readline.asyncIteration

from anynet import node as net
from anynet.node import readline, stream
from tests.conformance.tracing import log, run, watch


async def main():
    source = stream.Readable.from_(["one\ntw", "o\nlast"])
    async for line in readline.createInterface({"input": source}):
        log("line", line)
    source = stream.PassThrough()
    lines = readline.createInterface({"input": source})
    net.setTimeout(lambda: source.write("a\nb\nc\n"), 20)
    iterator = aiter(lines)
    async for line in iterator:
        log("once", line)
        break
    await iterator.aclose()
    log("left", lines.closed, source.destroyed, lines.listenerCount("line"))
    lines.close()
    failing = stream.PassThrough()
    failed = readline.createInterface({"input": failing})
    net.setTimeout(lambda: failing.write("good\n"), 20)
    net.setTimeout(lambda: failing.destroy(Exception("lost")), 100)
    try:
        async for line in failed:
            log("line", line)
    except Exception as error:
        log("caught", error)
    flood = stream.PassThrough()
    many = readline.createInterface({"input": flood})
    watch(many, "many", "pause", "resume", "close")
    net.setTimeout(lambda: flood.end("x\n" * 3000), 20)
    count = 0
    async for line in many:
        count += len(line)
    log("count", count)


run(main)
