"""close() within a line does not stop the lines of its chunk, and everything else fails afterwards."""

# rows: s.readline.close

from anynet import node as net
from anynet.node import readline, stream
from tests.conformance.tracing import attempt, log, run, watch


def main():
    source = stream.PassThrough()
    lines = readline.createInterface({"input": source})
    watch(lines, "lines", "line", "pause", "resume", "close")

    def on_line(line):
        if line == "quit":
            lines.close()

    lines.on("line", on_line)
    source.write("one\nquit\nthree\nfour")

    def later():
        source.write("five\n")
        log(
            "closed",
            lines.closed,
            source.isPaused(),
            source.destroyed,
            source.listenerCount("data"),
            source.listenerCount("end"),
        )
        attempt("close", lambda: lines.close())
        attempt("pause", lambda: lines.pause())
        attempt("resume", lambda: lines.resume())
        attempt("write", lambda: lines.write("x"))
        attempt("prompt", lambda: lines.prompt())
        attempt("question", lambda: lines.question("?", lambda answer: None))
        attempt("setPrompt", lambda: lines.setPrompt("# "))
        attempt("getPrompt", lambda: lines.getPrompt())

    net.setTimeout(later, 50)


run(main)
