"""One end of a connection that carries much in both directions: BACKEND ROLE PLACE SIZE SCENARIO.

The twin of peer.js. Prints a JSON object: what it sent and received, by length and hash, and which
events came.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sys
from pathlib import Path
from typing import Any

from anynet import node as net
from anynet.node import tls

BACKEND: Any = sys.argv[1]
ROLE, PLACE, SIZE, SCENARIO = sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5]
PEM = Path(__file__).parent.parent / "conformance" / "certificates"
SECURE = SCENARIO == "tls"
BLOCK = memoryview(os.urandom(1 << 20))


class Conversation:
    """Sends and receives on one socket until it is closed."""

    def __init__(self, socket: net.Socket) -> None:
        self.socket = socket
        self.sent = self.received = 0
        self.sent_hash, self.received_hash = hashlib.sha256(), hashlib.sha256()
        self.events: dict[str, int] = {}
        socket.on("data", self.on_data)
        if SCENARIO == "reset":
            # libuv takes a reset that comes with data for an end; who then writes learns better.
            socket.on("end", lambda: socket.write("anybody there?"))
        for name in ("end", "finish", "timeout"):
            socket.on(name, lambda name=name: self.note(name))
        socket.on("error", lambda error: self.note(error.code))
        socket.on("close", self.on_close)
        # A connection that is paused, and has sent everything, holds no program open.
        self.hold = net.setInterval(lambda: None, 1000)
        if SCENARIO == "timeout" and ROLE == "server":
            socket.setTimeout(40)
        if SCENARIO == "timeout" and ROLE == "client":
            net.setTimeout(self.send, 150)
        else:
            self.send()

    def note(self, name: str) -> None:
        self.events[name] = self.events.get(name, 0) + 1

    def send(self) -> None:
        room = True
        while room and self.sent < SIZE:
            if SCENARIO == "reset" and ROLE == "client" and self.sent > SIZE / 2:
                self.socket.resetAndDestroy()
                return
            start = random.randrange(len(BLOCK) - 1)
            length = min(1 + random.randrange(200_000), len(BLOCK) - start, SIZE - self.sent)
            chunk = BLOCK[start : start + length]
            self.sent_hash.update(chunk)
            self.sent += length
            room = self.socket.write(chunk)
            if random.randrange(2000) == 0:
                net.setTimeout(self.send, random.randrange(4))
                return
        if self.sent < SIZE:
            self.socket.once("drain", self.send)
        elif SCENARIO != "reset":
            self.socket.end()

    def on_data(self, chunk: bytes) -> None:
        self.received_hash.update(chunk)
        self.received += len(chunk)
        if random.randrange(2000) == 0:
            self.socket.pause()
            net.setTimeout(self.socket.resume, random.randrange(4))

    def on_close(self, had_error: bool) -> None:
        net.clearInterval(self.hold)
        self.note("close after an error" if had_error else "close")
        report = {
            "sent": self.sent,
            "received": self.received,
            "sentHash": self.sent_hash.hexdigest(),
            "receivedHash": self.received_hash.hexdigest(),
            "events": self.events,
        }
        print(json.dumps(report), flush=True)


def serve() -> None:
    def on_connection(socket: net.Socket) -> None:
        server.close()
        Conversation(socket)

    def on_listening() -> None:
        address = server.address()
        print(address["port"] if isinstance(address, dict) else address, flush=True)

    if SECURE:
        identity = {each: (PEM / f"server-{each}.pem").read_bytes() for each in ("cert", "key")}
        server: net.Server = tls.createServer({**identity, "allowHalfOpen": True}, on_connection)
    else:
        server = net.createServer(on_connection, allowHalfOpen=True)
    if PLACE.isdigit():
        server.listen(0, "127.0.0.1", 511, on_listening)
    else:
        server.listen(PLACE, on_listening)


def connect() -> None:
    where = {"port": int(PLACE), "host": "127.0.0.1"} if PLACE.isdigit() else {"path": PLACE}
    options = {**where, "allowHalfOpen": True}
    if SECURE:
        options.update(ca=(PEM / "authority-cert.pem").read_bytes(), servername="localhost")
        secured = tls.connect(options)
        secured.on("secureConnect", lambda: Conversation(secured))
    else:
        socket = net.connect(options)
        socket.on("connect", lambda: Conversation(socket))


net.run(serve if ROLE == "server" else connect, backend=BACKEND)
