"""A Redis client: commands are pipelined, and a lost connection is opened again."""

from __future__ import annotations

import argparse
import json
from collections import deque
from collections.abc import Callable
from typing import Any

from anynet import node as net
from anynet.node import stream

#: Called with the server's error, or None and the value.
Callback = Callable[[Exception | None, Any], object]


class ReplyError(Exception):
    """The server answered that it could not do what it was told."""


def parse(buffer: bytes, at: int) -> tuple[Any, int] | None:
    """The reply that begins at ``at`` and where it ends, or None if it is not all there yet."""
    line_end = buffer.find(b"\r\n", at)
    if line_end < 0:
        return None
    text = buffer[at + 1 : line_end].decode()
    after = line_end + 2
    match buffer[at : at + 1]:
        case b"+":
            return text, after
        case b"-":
            return ReplyError(text), after
        case b":":
            return int(text), after
        case b"$":
            return parse_bulk(buffer, after, int(text))
        case b"*":
            return parse_array(buffer, after, int(text))
    raise ValueError("not a reply of Redis")


def parse_bulk(buffer: bytes, at: int, length: int) -> tuple[Any, int] | None:
    if length < 0:
        return None, at
    end = at + length
    if len(buffer) < end + 2:
        return None
    return buffer[at:end].decode(), end + 2


def parse_array(buffer: bytes, at: int, count: int) -> tuple[Any, int] | None:
    values = []
    for _ in range(count):
        item = parse(buffer, at)
        if item is None:
            return None
        value, at = item
        values.append(value)
    return values, at


class Replies(stream.Transform):
    """Bytes in, one tuple of a reply's value and its end out."""

    def __init__(self) -> None:
        super().__init__({"readableObjectMode": True})
        self.rest = b""

    def _transform(self, chunk: Any, encoding: str | None, callback: Callable[..., object]) -> None:
        self.rest += chunk
        at = 0
        try:
            while (reply := parse(self.rest, at)) is not None:
                at = reply[1]
                self.push(reply)
        except ValueError as error:
            callback(error)
            return
        self.rest = self.rest[at:]
        callback()

    def _flush(self, callback: Callable[..., object]) -> None:
        callback(ValueError("the server ended inside a reply") if self.rest else None)


def encode(words: list[str]) -> str:
    parts = (f"${len(word.encode())}\r\n{word}\r\n" for word in words)
    return f"*{len(words)}\r\n{''.join(parts)}"


class RedisClient(net.EventEmitter):
    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__()
        self.options = options
        #: Sent or to be sent, and not answered.
        self.pending: deque[tuple[list[str], Callback]] = deque()
        self.closing = False
        #: Milliseconds before the next attempt.
        self.delay = 10
        self.open()

    def open(self) -> None:
        self.socket = net.connect({**self.options, "noDelay": True})
        self.socket.on("connect", self.on_connect)
        replies = Replies()
        replies.on("data", lambda reply: self.answer(reply[0]))
        stream.pipeline(self.socket, replies, self.lost)

    def on_connect(self) -> None:
        self.delay = 10
        self.emit("connect")
        # What was lost on the way is sent again, in order.
        self.socket.cork()
        for words, _ in self.pending:
            self.socket.write(encode(words))
        self.socket.uncork()

    def send(self, words: list[str], callback: Callback) -> None:
        self.pending.append((words, callback))
        if not self.socket.connecting and self.socket.writable:
            self.socket.write(encode(words))

    def answer(self, value: Any) -> None:
        _, callback = self.pending.popleft()
        if isinstance(value, ReplyError):
            callback(value, None)
        else:
            callback(None, value)

    def lost(self, error: Exception | None) -> None:
        if self.closing:
            self.emit("close")
            return
        self.emit("reconnecting", error)
        net.setTimeout(self.open, self.delay)
        self.delay = min(2 * self.delay, 1000)

    def quit(self) -> None:
        def on_answer(error: Exception | None, value: Any) -> None:
            self.closing = True

        self.send(["QUIT"], on_answer)


def show(label: str) -> Callback:
    def on_answer(error: Exception | None, value: Any) -> None:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        print(label, f"failed: {error}" if error else text)

    return on_answer


def main(place: str) -> None:
    tcp = place.isdigit()
    client = RedisClient({"port": place, "host": "127.0.0.1"} if tcp else {"path": place})
    client.on("connect", lambda: print("connected"))
    client.on("reconnecting", lambda error: print("reconnecting"))
    client.on("close", lambda: print("closed"))

    client.send(["DEL", "greeting", "count", "list"], show("DEL"))
    client.send(["SET", "greeting", "grüß dich"], show("SET"))
    client.send(["GET", "greeting"], show("GET"))
    client.send(["GET", "nothing"], show("GET nothing"))
    client.send(["INCR", "greeting"], show("INCR greeting"))
    answered = 0

    def count_to(i: int) -> Callback:
        def on_answer(error: Exception | None, value: Any) -> None:
            nonlocal answered
            answered += value == i
            if i == 1000:
                print("answered in order:", answered)

        return on_answer

    for i in range(1, 1001):
        client.send(["INCR", "count"], count_to(i))
    client.send(["RPUSH", "list", "a", "b", "x" * 100_000], show("RPUSH"))
    client.send(["LRANGE", "list", "0", "1"], show("LRANGE"))
    client.send(["LINDEX", "list", "2"], lambda error, value: print("LINDEX", len(value)))
    # The server cuts this very connection, and what was sent behind that is lost with it.
    client.send(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no"], show("CLIENT KILL"))
    client.send(["GET", "count"], show("GET count"))
    client.quit()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("place", help="a port, or the path of a Unix socket")
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    given = parser.parse_args()
    net.run(main, given.place, backend=given.backend)
