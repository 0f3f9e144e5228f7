"""The marks of both sides, by the options, and the defaults that a program sets."""

# rows: s.objectMode s.getDefaultHighWaterMark s.setDefaultHighWaterMark s.Duplex

from anynet.node import stream
from tests.conformance.tracing import attempt, log, run


def marks(label, make):
    def read_marks():
        made = make()
        return [
            made.readableHighWaterMark,
            made.writableHighWaterMark,
            made.readableObjectMode,
            made.writableObjectMode,
        ]

    attempt(label, read_marks)


def main():
    everything = [
        {},
        {"objectMode": True},
        {"readableObjectMode": True, "writableHighWaterMark": 3},
        {"writableObjectMode": True, "highWaterMark": 7},
        {"objectMode": True, "readableHighWaterMark": 0},
        {"highWaterMark": 5, "readableHighWaterMark": 9},
        {"readableHighWaterMark": -1},
        {"writableHighWaterMark": 1.5},
        {"highWaterMark": "x"},
    ]
    for index, options in enumerate(everything):
        marks(f"duplex {index}", lambda options=options: stream.Duplex(options))
        marks(f"transform {index}", lambda options=options: stream.Transform(options))
    log("defaults", stream.getDefaultHighWaterMark(False), stream.getDefaultHighWaterMark(True))
    attempt("negative", lambda: stream.setDefaultHighWaterMark(True, -1))
    attempt("fraction", lambda: stream.setDefaultHighWaterMark(True, 1.5))
    attempt("string", lambda: stream.setDefaultHighWaterMark(True, "1"))
    stream.setDefaultHighWaterMark(True, 4)
    stream.setDefaultHighWaterMark(False, 0)
    marks("after", lambda: stream.Duplex(readableObjectMode=True))
    marks("transform after", lambda: stream.Transform(writableObjectMode=True))


run(main)
