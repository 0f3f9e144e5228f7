"""Echo on anynet.node.tls, as node_tls_echo.js is: PORT CERTIFICATE trio|asyncio."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from anynet import node as net
from anynet.node import tls


def main() -> None:
    pem = Path(sys.argv[2]).read_bytes()
    options = {"cert": pem, "key": pem}
    tls.createServer(options, lambda c: c.pipe(c)).listen(int(sys.argv[1]), "127.0.0.1")


if __name__ == "__main__":
    backend: Any = sys.argv[3]
    net.run(main, backend=backend)
