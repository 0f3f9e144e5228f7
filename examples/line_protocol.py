"""A store of values that no stranger can end. Try it with `nc localhost 8124`:

SET colour blue
GET colour
"""

from __future__ import annotations

import argparse
import signal

import anyio

import anynet
from anynet.framing import FrameError, IncompleteFrame, LineStream

LONGEST_LINE = 1000
MOST_VALUES = 10_000
MOST_CONNECTIONS = 1000


class Store:
    """Values by their names."""

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self.values: dict[str, str] = {}

    async def serve(self, socket: anynet.Socket) -> None:
        lines = LineStream(socket, max_line=LONGEST_LINE, encoding="utf-8")
        # A reset in here ends this connection and no other: that is the peer's failure, not ours.
        while True:
            # The bound is that of a whole turn. So neither silence holds the connection, nor a byte
            # now and then, nor a client that does not read its answers.
            with anyio.move_on_after(self.patience) as turn:
                try:
                    answer = self.answer(await lines.receive())
                except (anyio.EndOfStream, IncompleteFrame):
                    return
                except FrameError as error:
                    answer = f"error: {error}"  # Too long, or no UTF-8; the next line is another.
                await lines.send(answer)
            if turn.cancelled_caught:
                socket.reset()
                return

    def answer(self, line: str) -> str:
        match line.split():
            case ["GET", name]:
                return self.values.get(name, "error: no such value")
            case ["SET", name, value]:
                if name not in self.values and len(self.values) >= MOST_VALUES:
                    return "error: the store is full"
                self.values[name] = value
                return "ok"
            case _:
                return "error: say GET name, or SET name value"


async def main(host: str, port: int, patience: float) -> None:
    store = Store(patience)
    server = anynet.create_server(
        store.serve, host=host, port=port, max_connections=MOST_CONNECTIONS, grace_period=1
    )
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with server:
            for address in server.addresses:
                print(f"listening on {address}", flush=True)
            await anext(signals)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A store of values.")
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--port", type=int, default=8124)
    parser.add_argument("--patience", type=float, default=30, help="seconds for each line")
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    arguments = parser.parse_args()
    anyio.run(main, arguments.host, arguments.port, arguments.patience, backend=arguments.backend)
