"""events.once with a signal: aborted while waiting and before; the listeners are gone
afterwards."""

# rows: 4.event.connection 4.listen.options.signal
from __future__ import annotations

from anynet import node as net
from anynet.node import events
from tests.conformance.tracing import log, run


async def main() -> None:
    server = net.createServer()
    server.listen(0, "127.0.0.1")
    await events.once(server, "listening")
    controller = net.AbortController()
    net.setTimeout(lambda: controller.abort("no patience"), 10)
    try:
        log("never", await events.once(server, "connection", signal=controller.signal))
    except Exception as error:
        log("aborted", error.name, error.code, str(error), error.cause)
    log("listeners", server.listenerCount("connection"), server.listenerCount("error"))
    try:
        log("never", await events.once(server, "connection", signal=controller.signal))
    except Exception as error:
        log("aborted before", error.name, error.code, str(error), error.cause)
    net.setTimeout(lambda: controller.abort("ignored"), 1)
    patient = net.AbortController()
    server.close()
    log("close", await events.once(server, "close", signal=patient.signal))
    patient.abort()
    log("aborted", patient.signal.aborted, controller.signal.reason)


run(main)
