"""``anynet send`` and ``anynet recv``: whole and checked, or not there."""

from __future__ import annotations

import hashlib
import json
import random
import socket
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

import anynet
from anynet._transport.loops.backends import Backend, run
from anynet.cli.exit_codes import CommandError
from anynet.cli.recv import RecvSettings, receive_file
from anynet.cli.reporter import Reporter
from tests.cli.commands import ANYNET, Terminal, anynet_command, listening_port, said, started


def frame(data: bytes) -> bytes:
    return struct.pack("!I", len(data)) + data


def announced(**fields: Any) -> bytes:
    return frame(json.dumps({"format": "anynet-file-1", "name": "x", "size": 4, **fields}).encode())


WHOLE = frame(b"data") + frame(b"")
CHECKED = frame(hashlib.sha256(b"data").digest())


@pytest.mark.parametrize("backend", ["trio", "asyncio"])
def test_a_file_arrives_under_its_name(backend: str, tmp_path: Path) -> None:
    data = random.Random(backend).randbytes(3 << 20)
    source, target = tmp_path / "file", tmp_path / "in"
    source.write_bytes(data)
    target.mkdir()
    arguments = ("--backend", backend, "--json", "--directory", str(target), "127.0.0.1:0")
    with started("recv", *arguments) as receiver:
        port = listening_port(receiver)
        sent = anynet_command("send", "--backend", backend, "-v", str(source), f":{port}")
        received = said(receiver, "received")
        assert (sent.returncode, receiver.wait()) == (0, 0)
    assert (target / "file").read_bytes() == data
    assert received["sha256"] == hashlib.sha256(data).hexdigest()
    assert received["sha256"] in sent.stderr
    assert [each.name for each in target.iterdir()] == ["file"]
    with started("recv", *arguments) as receiver:  # It is there now.
        port = listening_port(receiver)
        sent = anynet_command("send", str(source), f":{port}")
        assert (sent.returncode, receiver.wait()) == (1, 1)
    assert "the receiver refused: file is there already" in sent.stderr
    assert (target / "file").read_bytes() == data


def test_pipes_at_both_ends() -> None:
    with started("recv", "--json", "127.0.0.1:0", "--output", "-") as receiver:
        command = [*ANYNET, "send", "-", f":{listening_port(receiver)}"]
        subprocess.run(command, input=b"from a pipe\n", check=True, timeout=55)
        assert receiver.stdout is not None
        assert (receiver.stdout.read(), receiver.wait()) == (b"from a pipe\n", 0)


HOSTILE = [
    (b"GET / HTTP/1.0\r\n\r\n", "no anynet send"),
    (frame(b"[" * 1000), "no anynet send"),
    (announced(name="../x") + WHOLE + CHECKED, "no name of a file"),
    (announced(name="/etc/x") + WHOLE + CHECKED, "no name of a file"),
    (announced(name="..") + WHOLE + CHECKED, "no name of a file"),
    (announced(name="\x1b[2J") + WHOLE + CHECKED, "no name of a file"),
    (announced(name="x" * 300) + WHOLE + CHECKED, "no name of a file"),
    (announced(size=-1), "no size"),
    (announced(name=None) + WHOLE, "no --output"),
    (announced(size=1 << 40) + WHOLE, "--max-size 1000"),
    (announced() + frame(bytes(1001)), "--max-size 1000"),
    (announced() + WHOLE + frame(b"no digest"), "the checksum does not fit"),
    (announced() + frame(b"dat"), "ended before the file did"),
    (announced() + frame(b"data")[:6], "no anynet send"),
    (b"", "ended before the file did"),
]


@pytest.mark.parametrize("backend", ["trio", "asyncio"])
def test_what_hostile_senders_leave_is_nothing(backend: Backend, tmp_path: Path) -> None:
    target = tmp_path / "in"
    target.mkdir()
    settings = RecvSettings(directory=str(target), output=None, force=False, max_size=1000)
    reporter = Reporter(quiet=True)

    async def try_all() -> None:
        async with anynet.create_server(host="127.0.0.1", port=0) as server:
            for message, reason in HOSTILE:
                async with anynet.connect("127.0.0.1", server.port) as sender:
                    await sender.send(message)
                    await sender.send_eof()
                    async with await server.accept() as socket:
                        with pytest.raises(CommandError) as caught:
                            await receive_file(socket, settings, reporter)
                assert reason in caught.value.message
                assert list(tmp_path.rglob("*")) == [target]

    run(try_all, backend=backend)


def test_a_hostile_receiver_does_not_write_on_our_terminal(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"data")
    verdict = {"format": "anynet-file-1", "error": "\x1b[2Jgone"}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with Terminal("send", str(tmp_path / "file"), f"127.0.0.1:{port}") as terminal:
            with listener.accept()[0] as connection:
                connection.sendall(frame(json.dumps(verdict).encode()))
                assert terminal.end() == 1
    assert "the receiver refused: ?[2Jgone" in terminal.written


def test_a_bar_in_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(1 << 20))
    with started("recv", "--json", "--output", "-", "127.0.0.1:0") as receiver:
        port = listening_port(receiver)
        with Terminal("send", str(tmp_path / "file"), f"127.0.0.1:{port}") as terminal:
            assert receiver.stdout is not None
            assert receiver.stdout.read() == bytes(1 << 20)
            assert terminal.end() == 0
    assert "1.0/1.0 MB" in terminal.text
    assert "sha256" in terminal.text
    assert max(map(len, terminal.text.splitlines())) <= 120
