"""Every kind of line end, split over chunks, and a last line without one."""

# rows: s.readline.line s.readline.close

from anynet.node import readline, stream
from tests.conformance.tracing import log, run, watch


def main():
    chunks = [
        *("a\nb\r\nc\rd\u2028e\u2029f\n\ng", "h\n", "x\r", "\ny\n"),
        *(b"\xc3", b"\xa9\n", "last"),
    ]
    source = stream.PassThrough()
    lines = readline.createInterface({"input": source})
    watch(lines, "lines", "line", "pause", "close")
    log("new", lines.terminal, lines.line, lines.crlfDelay, lines.getPrompt())
    for chunk in chunks:
        source.write(chunk)
    source.end()

    def on_close():
        log("left", source.listenerCount("data"), source.listenerCount("error"))
        cut = stream.PassThrough()
        watch(readline.createInterface({"input": cut}), "cut", "line", "close")
        cut.end(b"a\n\xe2\x82")

    lines.on("close", on_close)


run(main)
