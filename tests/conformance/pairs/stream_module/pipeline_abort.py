"""A signal ends a pipeline under way, and one that was aborted before."""

# rows: s.promises s.pipeline

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import log, run, watch


async def start(label, signal, abort=None):
    source = stream.Readable(read=lambda size: None)
    sink = stream.Writable(write=lambda chunk, encoding, done: done())
    watch(source, f"{label} source", "error", "close")
    watch(sink, f"{label} sink", "error", "close")
    if abort:
        net.setTimeout(abort, 5)
    try:
        await stream.promises.pipeline(source, sink, {"signal": signal})
        log(f"{label} ended")
    except net.AbortError as error:
        log(f"{label} failed", error.name, error.code, error.message, error.cause)


async def main():
    controller = net.AbortController()
    await start("later", controller.signal, lambda: controller.abort("reason"))
    await start("before", net.AbortSignal.abort("early"))
    try:
        await stream.promises.pipeline([], stream.Writable(), {"signal": 5})
    except net.NodeError as error:
        log("refused", error)


run(main)
