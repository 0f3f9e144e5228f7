"""The listeners of finished() stay until its function is called; a signal ends the watching alone."""

# rows: s.finished s.promises

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import attempt, log, run


def counts(source):
    return [source.listenerCount(name) for name in ("end", "finish", "error", "close")]


async def main():
    source = stream.Readable(read=lambda size: None)
    log("before", counts(source))
    stop = stream.finished(source, lambda error: log("never called"))
    log("watched", counts(source))
    stop()
    log("stopped", counts(source))
    controller = net.AbortController()
    stream.finished(
        source,
        {"signal": controller.signal},
        lambda error: log("told", error.name, error.cause),
    )
    controller.abort("enough")
    log("aborted", counts(source), source.destroyed)
    try:
        await stream.promises.finished(source, {"signal": net.AbortSignal.abort("early")})
    except net.AbortError as error:
        log("awaited", error.name, error.cause)
    source.resume().push(None)
    await stream.promises.finished(source, {"cleanup": True})
    log("ended", counts(source))
    other = stream.Readable(read=lambda size: None)
    other.resume().push(None)
    await stream.promises.finished(other)
    log("left", counts(other))
    attempt("no stream", lambda: stream.finished(5, lambda error: None))
    attempt("no callback", lambda: stream.finished(other))
    attempt("options", lambda: stream.finished(other, 5, lambda error: None))


run(main)
