"""A signal destroys a stream, also one that was aborted before; it is let go of at the end."""

# rows: s.addAbortSignal

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import attempt, log, run, watch


def main():
    def idle():
        return stream.Readable(read=lambda size: None)

    controller = net.AbortController()
    source = idle()
    log("returned", stream.addAbortSignal(controller.signal, source) is source)
    source.on("error", lambda error: log("error", error.name, error.code, error.cause))
    watch(source, "source", "close")
    other = stream.addAbortSignal(controller.signal, idle())
    watch(other, "other", "end", "error", "close")
    other.resume().push(None)
    late = idle()
    late.on("error", lambda error: log("late", error.name, error.cause))
    stream.addAbortSignal(net.AbortSignal.abort("early"), late)
    log("at once", late.destroyed)

    def abort():
        controller.abort("reason")
        log("aborted", source.destroyed)

    net.setTimeout(abort, 50)
    attempt("no signal", lambda: stream.addAbortSignal(5, source))
    attempt("no stream", lambda: stream.addAbortSignal(controller.signal, 50))


run(main)
