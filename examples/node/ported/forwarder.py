"""Forwards lines to another server and back, with passwords blotted out.

SIGTERM aborts what is open.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from typing import Any

from anynet import node as net
from anynet.node import process, stream

MAX_LINE = 4096


class Blotter(stream.Transform):
    """Whole lines in, whole lines out; a last one without an end is a line as well."""

    def __init__(self) -> None:
        super().__init__({"encoding": "utf8", "decodeStrings": False})
        self.rest = ""

    def _transform(self, chunk: Any, encoding: str | None, callback: Callable[..., object]) -> None:
        *lines, self.rest = (self.rest + chunk).split("\n")
        for line in lines:
            self.push(self.blot(line) + "\n")
        callback(ValueError("line too long") if len(self.rest) > MAX_LINE else None)

    def _flush(self, callback: Callable[..., object]) -> None:
        callback(None, self.blot(self.rest) if self.rest else None)

    def blot(self, line: str) -> str:
        return re.sub(r"password=\S+", "password=***", line)


def why(error: Exception | None) -> str:
    if error is None:
        return "ended"
    return getattr(error, "code", None) or str(error)


def main(port: int, upstream_port: int) -> None:
    strangers = net.BlockList()
    strangers.addSubnet("127.0.0.2", 31)
    stop = net.AbortController()
    visits = 0

    def on_connection(client: net.Socket) -> None:
        nonlocal visits
        visits += 1
        name = f"visit {visits}"
        print(name, "from", client.remoteAddress, flush=True)
        client.setEncoding("utf8")
        stream.addAbortSignal(stop.signal, client)
        upstream = net.connect({"port": upstream_port, "host": "127.0.0.1", "allowHalfOpen": True})

        def over(error: Exception | None) -> None:
            print(name, "is over:", why(error), flush=True)
            client.destroy()

        def upstream_over(error: Exception | None) -> None:
            print(name, "upstream:", why(error), flush=True)

        stream.pipeline(client, Blotter(), upstream, client, over)
        stream.finished(upstream, upstream_over)

    server = net.createServer({"allowHalfOpen": True, "blockList": strangers}, on_connection)

    def on_listening() -> None:
        print("listening on", server.address()["port"], flush=True)

    server.listen(port, "127.0.0.1", on_listening)

    def on_sigterm(signal: str, number: int) -> None:
        print("aborting after", signal, flush=True)
        server.close(lambda error: print("closed"))
        stop.abort()

    process.on("SIGTERM", on_sigterm)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("upstream_port", type=int)
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    given = parser.parse_args()
    net.run(main, given.port, given.upstream_port, backend=given.backend)
