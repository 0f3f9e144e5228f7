"""promisify: results, errors, what is thrown, what calls back twice, a form of its own."""

# rows: 9.util.promisify
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from anynet.node import util
from tests.conformance.tracing import attempt, log, run


async def attempted(label: str, function: Callable[[], Any]) -> None:
    try:
        log(label, await function())
    except Exception as error:
        log(label + " threw", error)


def fail() -> None:
    raise RuntimeError("inside")


async def main() -> None:
    promisify: Any = util.promisify

    def twice(callback: Any) -> None:
        callback(None, 1)
        callback(RuntimeError("x"))
        callback(None, 2)

    await attempted("result", lambda: promisify(lambda a, b, cb: cb(None, a + b))(1, 2))
    await attempted("error", lambda: promisify(lambda cb: cb(RuntimeError("bad")))())
    await attempted("several", lambda: promisify(lambda cb: cb(None, 1, 2))())
    await attempted("nothing", lambda: promisify(lambda cb: cb())())
    await attempted("false", lambda: promisify(lambda cb: cb(0, "result"))())
    await attempted("thrown", lambda: promisify(lambda cb: fail())())
    await attempted("twice", lambda: promisify(twice)())
    await attempted("late", lambda: promisify(lambda cb: net.setTimeout(cb, 5, None, "late"))())
    for bad in [5, None, "x"]:
        attempt("no function", lambda: promisify(bad))

    def own(callback: Any) -> None:
        callback(None, "plain")

    async def custom() -> str:
        return "custom"

    setattr(own, promisify.custom, custom)
    await attempted("custom", lambda: promisify(own)())
    promisified = promisify(lambda cb: cb(None, 1))
    log("again", promisify(promisified) is promisified)

    def wrong() -> None: ...

    setattr(wrong, promisify.custom, 5)
    attempt("wrong", lambda: promisify(wrong))
    await attempted("timeout", lambda: promisify(net.setTimeout)(5, "waited"))
    await attempted("immediate", lambda: promisify(net.setImmediate)("at once"))
    begun = False

    def begin(callback: Any) -> None:
        nonlocal begun
        begun = True
        callback(None, "x")

    pending = promisify(begin)()
    log("begun", begun, await pending, await pending)
    server = net.createServer()

    async def listen() -> bool:
        await promisify(lambda cb: server.listen(0, cb))()
        return server.listening

    await attempted("listen", listen)
    await attempted("count", lambda: promisify(server.getConnections)())
    await attempted("close", lambda: promisify(server.close)())
    await attempted("close", lambda: promisify(server.close)())


run(main)
