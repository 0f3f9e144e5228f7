"""A duplex whose end waited for _construct: finish with prefinish, before the source is asked."""

# rows: s.construct

from anynet import node as net
from anynet.node import process, stream
from tests.conformance.tracing import log, run, watch


def made(label, read):
    def write(chunk, encoding, done):
        log(f"{label} write", chunk)
        done()

    options = {"read": lambda size: log(f"{label} read")} if read else {}
    both = stream.Duplex(construct=net.setImmediate, write=write, **options)
    watch(both, label, "finish", "error", "close")

    @both.on("prefinish")
    def on_prefinish():
        log(f"{label} prefinish")
        process.nextTick(lambda: log(f"{label} a tick later"))

    both.end("x", lambda error=None: log(f"{label} ended", error))
    both.resume()


def main():
    made("with a source", True)
    net.setTimeout(lambda: made("without", False), 30)


run(main)
