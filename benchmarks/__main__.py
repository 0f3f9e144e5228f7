"""Lists the benchmarks: `python -m benchmarks`."""

from __future__ import annotations

COMMANDS = {
    "measure": "servers side by side: round trips, bulk, accepting, TLS, memory, many connections, "
    "start-up of workers; or two commits, with --against REV",
    "connects": "what a connection costs the client that opens it",
    "relays": "relays beside HAProxy, socat, Node and a C loop",
    "framing": "lines per CPU second, beside asyncio's and AnyIO's",
    "cluster": "four workers: rate, spread and p99 of each policy",
    "startup": "from starting a worker until it serves, and a rolling restart of eight",
    "calls": "the Python calls that one connection takes",
    "block_list": "what a block-list check costs",
    "imports": "the CPU of import anynet, beside AnyIO's",
    "states": "memory and CPU of a connection in each state that a stranger can leave it in",
    "threads": "how long who connects waits while others have slow work done",
    "asgi": "servers of ASGI applications, beside uvicorn and hypercorn",
    "asgi_restart": "rolling restarts of a site behind HAProxy, under load",
    "page": "docs/performance.md and its charts, from the JSON of measure",
}


def main() -> None:
    """Print what there is, a line each."""
    for name, text in COMMANDS.items():
        print(f"python -m benchmarks.{name:12}  {text}")


if __name__ == "__main__":
    main()
