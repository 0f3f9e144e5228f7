"""A chat room for `nc localhost 8124`: your first line is your name, the others are for all."""

from __future__ import annotations

import argparse
import signal

import anyio

import anynet
from anynet.framing import LineStream

LONGEST_LINE = 1000
#: So many bytes may wait for a member who does not read.
LONGEST_QUEUE = 100_000
#: So many seconds a newcomer has for a name.
TIME_FOR_A_NAME = 60


class Room:
    """Everybody who is here, each with what is still to be sent."""

    def __init__(self) -> None:
        self.members: dict[str, anynet.Outbox] = {}

    def tell(self, line: str, *, except_for: str) -> None:
        for name, outbox in self.members.items():
            if name != except_for:
                # Somebody who does not read misses lines; nobody waits for them, and whatever has
                # become of their connection is not the failure of who speaks.
                outbox.put_nowait(f"{line}\n".encode())

    async def visit(self, socket: anynet.Socket) -> None:
        # A line that is too long, or no text, leaves the handler: it ends this connection alone.
        lines = LineStream(socket, max_line=LONGEST_LINE, encoding="utf-8")
        name = ""
        with anyio.move_on_after(TIME_FOR_A_NAME):
            name = (await lines.receive()).strip()
        if not name or name in self.members:
            await socket.send(b"that name cannot be had\n")
            # Who has sent more than the name would lose that line to a reset by a mere return.
            await socket.aclose(linger=1)
            return
        async with anynet.Outbox(socket, max_bytes=LONGEST_QUEUE, on_full="drop") as outbox:
            self.members[name] = outbox
            self.tell(f"* {name} has come", except_for=name)
            try:
                async for line in lines:
                    self.tell(f"{name}: {line.strip()}", except_for=name)
            finally:
                del self.members[name]
                self.tell(f"* {name} has left", except_for=name)


async def main(host: str, port: int) -> None:
    room = Room()
    # Keep-alive finds out who left without a word; who only listens is welcome, so there is no idle
    # timeout. Those who are still here at the end are not waited for.
    server = anynet.create_server(room.visit, host=host, port=port, keep_alive=True, grace_period=0)
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with server:
            for address in server.addresses:
                print(f"listening on {address}", flush=True)
            await anext(signals)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--port", type=int, default=8124)
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    arguments = parser.parse_args()
    anyio.run(main, arguments.host, arguments.port, backend=arguments.backend)
