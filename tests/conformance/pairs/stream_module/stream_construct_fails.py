"""A _construct that fails, that raises, and that calls back twice."""

# rows: s.construct

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import log, run, watch


def made(label, construct):
    def write(chunk, encoding, done):
        log(f"{label} took", chunk)
        done()

    def destroy(error, done):
        log(f"{label} destroy", error)
        done(error)

    duplex = stream.Duplex(
        construct=construct, read=lambda size: None, write=write, destroy=destroy
    )
    watch(duplex, label, "error", "close")
    duplex.write("x", lambda error: log(f"{label} written", error))
    return duplex


def main():
    made("fails", lambda done: net.setTimeout(lambda: done(Exception("no file")), 5))

    def raises(done):
        raise Exception("at once")

    def twice(done):
        done()
        done()

    net.setTimeout(lambda: made("raises", raises), 100)
    net.setTimeout(lambda: made("twice", twice), 200)


run(main)
