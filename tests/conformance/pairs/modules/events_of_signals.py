"""once and on of an abort signal: it is an emitter of abort like any other."""

# rows: 9.events.once 9.events.on
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from anynet.node import events
from tests.conformance.tracing import log, run


async def attempted(label: str, function: Callable[[], Any]) -> None:
    try:
        log(label, await function())
    except Exception as error:
        log(label + " threw", error)


async def main() -> None:
    first, second = net.AbortController(), net.AbortController()

    async def wait_once() -> str:
        (event,) = await events.once(first.signal, "abort")
        return str(event.type)

    async def wait_on() -> str:
        async for (event,) in events.on(second.signal, "abort"):
            return str(event.type)
        return "nothing"

    async def wrong() -> Any:
        emitter: Any = {}
        return await events.once(emitter, "abort")

    net.setTimeout(first.abort, 10)
    await attempted("once", wait_once)
    log("count", events.listenerCount(first.signal, "abort"))
    net.setTimeout(second.abort, 10)
    await attempted("on", wait_on)
    log("count", events.listenerCount(second.signal, "abort"))
    await attempted("wrong", wrong)


run(main)
