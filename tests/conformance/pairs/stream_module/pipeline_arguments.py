"""What a pipeline refuses, by the code of the error."""

# rows: s.pipeline

from anynet.node import stream
from tests.conformance.tracing import log, run


def shown(label, function):
    try:
        function()
        log(label, "accepted")
    except Exception as error:
        log(label, error.code, str(error))


def nop(*values):
    pass


def main():
    pipeline, PassThrough = stream.pipeline, stream.PassThrough
    shown("nothing", lambda: pipeline())
    shown("no callback", lambda: pipeline(PassThrough(), PassThrough()))
    shown("callback only", lambda: pipeline(nop))
    shown("one", lambda: pipeline(PassThrough(), nop))
    shown("one in a list", lambda: pipeline([PassThrough()], nop))
    shown("a list", lambda: pipeline([PassThrough(), PassThrough()], nop))
    shown("source", lambda: pipeline(lambda: 5, PassThrough(), nop))
    shown("transform", lambda: pipeline([], lambda chunks: 5, PassThrough(), nop))
    shown("destination", lambda: pipeline([], lambda chunks: 5, nop))


run(main)
