"""writableEnded, finish and the callbacks of a stream that is destroyed before its end is through."""

# rows: s.Writable s.destroy

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import log, run, watch


def start(label, prepare):
    pending = []
    sink = stream.Writable(write=lambda chunk, encoding, done: pending.append(done))
    watch(sink, label, "finish", "error", "close")
    prepare(sink)

    def show(when):
        log(
            f"{label} {when}",
            sink.writable,
            sink.writableEnded,
            sink.writableFinished,
            sink.writableLength,
            sink.writableNeedDrain,
        )

    def later():
        for done in pending:
            done()
        show("later")

    show("before")
    sink.destroy()
    show("destroyed")
    sink.end("late", lambda error: log(f"{label} late", error))
    show("ended")
    net.setTimeout(later, 2)


def main():
    start("idle", lambda sink: None)

    def written(sink):
        sink.write("x", lambda error: log("x", error))

    def ending(sink):
        sink.write("x")
        sink.end(lambda error: log("end", error))

    def finishing(sink):
        sink.end(lambda error: log("end", error))

    net.setTimeout(lambda: start("written", written), 100)
    net.setTimeout(lambda: start("ending", ending), 200)
    net.setTimeout(lambda: start("finishing", finishing), 300)


run(main)
