"""Echo on anynet.node, line for line what node_echo.js is: PORT trio|asyncio|uvloop."""

from __future__ import annotations

import sys
from typing import Any

from anynet import node as net


def main() -> None:
    net.createServer(lambda c: c.pipe(c)).listen(int(sys.argv[1]), "127.0.0.1")


if __name__ == "__main__":
    backend: Any = sys.argv[2]
    net.run(main, backend=backend)
