"""What the constructor refuses, with its words, and what it takes."""

# rows: 5.option.fd 5.option.onread 5.option.signal 5.option.highWaterMark 5.option.readable 5.option.writable

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    attempt("fd string", lambda: net.Socket({"fd": "x"}))
    attempt("fd negative", lambda: net.Socket({"fd": -1}))
    attempt("fd fraction", lambda: net.Socket({"fd": 1.5}))
    attempt("fd unknown", lambda: net.Socket({"fd": 999}))
    attempt("onread string", lambda: net.Socket({"onread": "x"}))
    attempt("onread no callback", lambda: net.Socket({"onread": {"buffer": b"x" * 8}}))
    attempt("onread no buffer", lambda: net.Socket({"onread": {"callback": lambda: True}}))
    attempt("signal string", lambda: net.Socket({"signal": "x"}))
    attempt("signal object", lambda: net.Socket({"signal": {}}))
    attempt("mark negative", lambda: net.Socket({"highWaterMark": -1}))
    attempt("mark string", lambda: net.Socket({"highWaterMark": "x"}))
    attempt("readable mark", lambda: net.Socket({"readableHighWaterMark": -5}))
    attempt("object mode", lambda: net.Socket({"objectMode": True}))
    attempt("readable object mode", lambda: net.Socket({"readableObjectMode": True}))
    attempt("writable object mode", lambda: net.Socket({"writableObjectMode": True}))
    attempt("nothing", lambda: net.Socket(None))
    plain = net.Socket({"readable": False, "writable": False})
    log("without fd", plain.readable, plain.writable)
    zero = net.Socket({"highWaterMark": 0})
    log("zero", zero.readableHighWaterMark, zero.writableHighWaterMark)
    marks = net.Socket({"highWaterMark": 10})
    log("ten", marks.readableHighWaterMark, marks.writableHighWaterMark)
    both = net.Socket({"readableHighWaterMark": 3, "writableHighWaterMark": 4})
    log("both", both.readableHighWaterMark, both.writableHighWaterMark)


run(main)
