"""setEncoding when all has come: a cut character is given up, and objects become one text."""

# rows: s.Readable

from anynet.node import stream
from tests.conformance.tracing import attempt, log, run


def waiting(chunks, **options):
    source = stream.Readable(read=lambda size: None, **options)
    for chunk in chunks:
        source.push(chunk)
    return source


def main():
    for encoding in ["base64", "utf8"]:
        data = "ab\u20ac".encode()[:4]
        early = waiting([data, None])
        early.setEncoding(encoding)
        log(f"{encoding} after the end", early.readableLength, early.read(), early.read())
        late = waiting([data])
        late.setEncoding(encoding)
        before = late.readableLength
        late.push(None)
        log(f"{encoding} before it", before, late.read(), late.read())
    objects = waiting(["a", b"b", {"c": 1}], objectMode=True)
    attempt("an object", lambda: objects.setEncoding("utf8"))
    log("kept", objects.read(), objects.read(), objects.read())
    texts = waiting([b"a", ""], objectMode=True)
    texts.setEncoding("utf8")
    log("one text", texts.readableLength, texts.read(), texts.read())
    joined = waiting(["a", b"b", "c"], objectMode=True)
    joined.setEncoding("utf8")
    log("joined", joined.read())


run(main)
