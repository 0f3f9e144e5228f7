"""A stream that is destroyed while it is constructed: _destroy waits, close comes after both."""

# rows: s.construct s.destroy

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import log, run, watch


def made(label, error=None, failure=None):
    def construct(done):
        log(f"{label} construct")

        def constructed():
            log(f"{label} constructed")
            done(failure)

        net.setTimeout(constructed, 5)

    def destroy(reason, done):
        log(f"{label} destroy", reason)
        done(reason)

    sink = stream.Writable(
        construct=construct, destroy=destroy, write=lambda chunk, encoding, done: done()
    )
    watch(sink, label, "error", "close")
    sink.write("x", lambda reason: log(f"{label} written", reason))
    sink.destroy(error)
    log(f"{label} destroyed", sink.destroyed, sink.closed)


def main():
    made("plain")
    net.setTimeout(lambda: made("error", Exception("mine")), 100)
    net.setTimeout(lambda: made("failure", None, Exception("construct")), 200)


run(main)
