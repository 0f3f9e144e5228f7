"""blockList must be a BlockList; an empty one and null are fine."""
# rows: 4.option.blockList 2.use.server

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import attempt, run


def main() -> None:
    def listening(block_list: Any) -> bool:
        return net.createServer({"blockList": block_list}).listening

    attempt("empty", lambda: listening(net.BlockList()))
    attempt("nothing", lambda: net.createServer({}).listening)
    attempt("null", lambda: listening(None))
    attempt("list", lambda: listening(["127.0.0.1"]))
    attempt("text", lambda: listening("127.0.0.1"))
    attempt("number", lambda: listening(5))


run(main)
