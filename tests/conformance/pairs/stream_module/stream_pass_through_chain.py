"""Chunks through three piped streams, of bytes, of objects, and of bytes again."""

# rows: s.PassThrough s.Transform s.objectMode

from anynet.node import stream
from tests.conformance.tracing import log, run, watch


def main():
    def split_words(chunk, encoding, done):
        for word in chunk.decode().split(" "):
            split.push({"word": word})
        done()

    split = stream.Transform(readableObjectMode=True, transform=split_words)
    join = stream.Transform(
        writableObjectMode=True,
        transform=lambda chunk, encoding, done: done(None, chunk["word"] + "|"),
    )
    last = stream.PassThrough()
    split.on("pipe", lambda source: log("split pipe"))
    watch(split, "split", "end", "close")
    watch(join, "join", "finish", "close")
    watch(last, "last", "data", "finish", "end", "close")
    split.pipe(join).pipe(last)
    split.write("one two")
    split.end("three")


run(main)
