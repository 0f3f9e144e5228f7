"""A SOCKS5 server (RFC 1928) without authentication: `curl --socks5 localhost:1080 URL`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import attrs

from anynet import node as net
from anynet.node import process, stream

REPLY = {"ECONNREFUSED": 5, "ENOTFOUND": 4, "EHOSTUNREACH": 4, "ENETUNREACH": 3, "ETIMEDOUT": 4}
IPV4, NAME, IPV6 = 1, 3, 4


def answer(socket: net.Socket, code: int) -> None:
    socket.write(bytes([5, code, 0, 1, 0, 0, 0, 0, 0, 0]))


@attrs.frozen
class Target:
    """The address of a request, and how many bytes said it."""

    host: str
    port: int
    length: int

    @classmethod
    def parse(cls, buffer: bytes) -> Target | None:
        """None if it is not all there yet."""
        if len(buffer) < 5:
            return None
        kind = buffer[3]
        size = {IPV4: 4, IPV6: 16, NAME: 1 + buffer[4]}[kind]
        length = 4 + size + 2
        if len(buffer) < length:
            return None
        port = int.from_bytes(buffer[4 + size : length], "big")
        return cls(host_text(kind, buffer[4 : 4 + size]), port, length)


def host_text(kind: int, text: bytes) -> str:
    if kind == IPV4:
        return ".".join(map(str, text))
    if kind == NAME:
        return text[1:].decode("latin-1")
    return ":".join(f"{int.from_bytes(text[i : i + 2], 'big'):x}" for i in range(0, 16, 2))


class Visit:
    """One client, from its greeting to its connection."""

    def __init__(self, client: net.Socket) -> None:
        self.client = client
        self.buffer = b""
        self.step: Callable[[], bool] | None = self.greet
        client.setTimeout(10_000, client.destroy)  # Nobody holds a place by being silent.
        client.on("error", lambda error: None)  # A visitor may always be lost.
        client.on("data", self.read)

    def read(self, chunk: bytes) -> None:
        self.buffer += chunk
        while self.step is not None and self.step():
            pass

    def take(self, length: int) -> bytes:
        taken, self.buffer = self.buffer[:length], self.buffer[length:]
        return taken

    def refuse(self, code: int | None, why: str) -> bool:
        print("refused:", why, flush=True)
        self.step = None
        self.client.removeListener("data", self.read)
        if code is not None:
            answer(self.client, code)
        self.client.end()
        self.client.resume()
        return False

    def greet(self) -> bool:
        if self.buffer[0] != 5:
            return self.refuse(None, "not SOCKS5")
        if len(self.buffer) < 2 or len(self.buffer) < 2 + self.buffer[1]:
            return False
        methods = self.take(2 + self.buffer[1])[2:]
        if 0 not in methods:
            self.client.write(bytes([5, 0xFF]))
            return self.refuse(None, "no method in common")
        self.client.write(bytes([5, 0]))
        self.step = self.request
        return True

    def request(self) -> bool:
        if len(self.buffer) < 4:
            return False
        if self.buffer[1] != 1:
            return self.refuse(7, "not CONNECT")
        if self.buffer[3] not in (IPV4, NAME, IPV6):
            return self.refuse(8, "no such kind of address")
        wanted = Target.parse(self.buffer)
        if wanted is None:
            return False
        self.take(wanted.length)
        self.step = None
        self.connect(wanted)
        return False

    def connect(self, wanted: Target) -> None:
        self.client.pause()
        self.client.removeListener("data", self.read)
        upstream = net.connect({"host": wanted.host, "port": wanted.port})

        def failed(error: net.NodeSystemError) -> None:
            self.refuse(REPLY.get(error.code, 1), error.code)

        def connected() -> None:
            upstream.off("error", failed)
            upstream.on("error", lambda error: None)
            self.forward(upstream)

        upstream.once("error", failed)
        upstream.once("connect", connected)
        self.client.once("close", lambda had_error: upstream.destroy())

    def forward(self, upstream: net.Socket) -> None:
        print("connected", flush=True)
        self.client.setTimeout(0)
        answer(self.client, 0)
        if self.buffer:
            upstream.write(self.buffer)
        self.client.pipe(upstream)
        upstream.pipe(self.client)

        def done(error: Any) -> None:
            if error:
                self.client.destroy()
            amount = "some" if upstream.bytesRead > 0 else "no"
            print("done:", error.code if error else f"{amount} answer", flush=True)

        stream.finished(upstream, done)


def main(port: int) -> None:
    server = net.createServer({"allowHalfOpen": True}, Visit)

    def on_error(error: net.NodeSystemError) -> None:
        print("cannot listen:", error.code)
        process.exitCode = 1

    def on_listening() -> None:
        print("listening on", server.address()["port"], flush=True)

    def on_sigterm(signal: str, number: int) -> None:
        print("closing after", signal, flush=True)
        server.close(lambda error: print("closed"))

    server.on("error", on_error)
    server.listen(port, "127.0.0.1", on_listening)
    process.on("SIGTERM", on_sigterm)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    given = parser.parse_args()
    net.run(main, given.port, backend=given.backend)
