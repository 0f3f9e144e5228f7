"""What write, end, push and the encodings refuse, and how an encoding of nothing is meant."""

# rows: s.Writable s.Readable 5.stream.readable

from anynet.node import stream
from tests.conformance.tracing import attempt, log, run


def main():
    took = []

    def write(chunk, encoding, done):
        took.append([chunk, encoding])
        done()

    sink = stream.Writable(write=write)
    everything = [
        *(["x", "buffer"], ["x", "bad"], ["x", {}], ["x", []], ["x", 5], ["x", 0], ["x", ""]),
        *(["x", None], ["x", False], [5, "bad"], [0, "bad"], [None], [b"b", "bad"]),
        *([b"b", "buffer"], ["ab", "hex"], ["x", "UTF8"], ["é", "latin1"], [""], [5], [{}], [[]]),
        [False],
    ]
    for index, values in enumerate(everything):
        attempt(f"write {index}", lambda values=values: sink.write(*values))
    log("took", took)
    encodings = ["bad", "buffer", {}, [], 5, 0, "", False, "LATIN1"]
    for index, encoding in enumerate(encodings):

        def set_encoding(encoding=encoding):
            source = stream.Readable(read=lambda size: None)
            return source.setEncoding(encoding).readableEncoding

        def set_option(encoding=encoding):
            options = {"write": lambda chunk, encoding, done: None, "defaultEncoding": encoding}
            return stream.Writable(options).writable

        def set_default(encoding=encoding):
            return sink.setDefaultEncoding(encoding) is sink

        attempt(f"setEncoding {index}", set_encoding)
        attempt(f"default {index}", set_default)
        attempt(f"option {index}", set_option)
    source = stream.Readable(read=lambda size: None)
    source.on("error", lambda error: log("error", error))
    attempt("push encoding", lambda: source.push("x", "bad"))
    attempt("push", lambda: source.push(5))
    attempt("end", lambda: sink.end("x", {}))
    log("ended", sink.writableEnded)


run(main)
