"""A source and a sink as subclasses, with every method that a stream may have."""

# rows: s.Readable s.Writable s.Duplex

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import log, run, watch


class Echo(stream.Duplex):
    def __init__(self, options):
        super().__init__(options)
        self.kept = []

    def _read(self, size):
        log("read", size, len(self.kept))
        while self.kept and self.push(self.kept.pop(0)):
            pass

    def _write(self, chunk, encoding, done):
        log("write", chunk, encoding)
        self.kept.append(chunk)
        self._read(0)
        done()

    def _final(self, done):
        log("final")
        self.push(None)
        done()

    def _destroy(self, error, done):
        log("destroy", error)
        super()._destroy(error, done)


def main():
    echo = Echo({"highWaterMark": 3, "decodeStrings": True})
    watch(echo, "echo", "readable", "finish", "end", "error", "close")
    echo.write("ab")
    echo.write("cde")
    echo.end("f")

    def read_all():
        while (chunk := echo.read(2)) is not None:
            log("got", chunk)

    net.setTimeout(read_all, 50)
    net.setTimeout(lambda: log("rest", echo.read()), 100)


run(main)
