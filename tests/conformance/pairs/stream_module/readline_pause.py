"""pause() and resume(), and write(), which resumes."""

# rows: s.readline.pause

from anynet import node as net
from anynet.node import readline, stream
from tests.conformance.tracing import log, run, watch


def main():
    source = stream.PassThrough()
    lines = readline.createInterface({"input": source})
    watch(lines, "lines", "line", "pause", "resume", "close")

    def on_line(line):
        log("returned", lines.pause() is lines, lines.pause())
        net.setTimeout(lambda: log("returned", lines.resume() is lines, lines.resume()), 100)

    lines.once("line", on_line)
    source.write("one\ntwo\n")
    net.setTimeout(lambda: source.write("three\n"), 50)

    def by_hand():
        lines.pause()
        lines.write("by")
        lines.write(" hand\n")
        lines.write(b"bytes\n")
        lines.close()

    net.setTimeout(by_hand, 200)


run(main)
