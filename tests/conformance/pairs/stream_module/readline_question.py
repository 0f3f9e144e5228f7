"""Prompts and questions on an output, one at a time, and one that is taken back."""

# rows: s.readline.question s.readline.prompt

from anynet import node as net
from anynet.node import readline, stream
from tests.conformance.tracing import log, run, watch


def main():
    written = []

    def write(chunk, encoding, done):
        written.append(chunk.decode())
        done()

    output = stream.Writable(write=write)
    source = stream.PassThrough()
    lines = readline.createInterface({"input": source, "output": output, "prompt": "$ "})
    watch(lines, "lines", "line", "pause", "resume", "close")
    lines.prompt()

    def on_name(answer):
        log("answer", answer, lines.getPrompt())
        lines.prompt()

    def never(answer):
        log("never", answer)

    lines.question("name? ", on_name)
    lines.question("again? ", never)
    log("asked", written, lines.getPrompt())
    source.write("bob\nmore\n")

    def later():
        controller = net.AbortController()
        lines.question("sure? ", {"signal": controller.signal}, never)
        controller.abort()
        log("taken back", lines.getPrompt())
        lines.question("late? ", {"signal": controller.signal}, never)
        source.write("no answer\n")
        lines.question("last? ", lambda answer: log("last", answer))
        lines.pause()
        lines.prompt()
        source.end("without an end")
        lines.on("close", lambda: log("written", written))

    net.setImmediate(later)


run(main)
