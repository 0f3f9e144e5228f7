"""``anynet listen``: many clients, programs, and those that reset, leave, or are not let in."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import struct
import subprocess
from pathlib import Path

import pytest

from anynet.cli.admission import BlockedClients
from anynet.cli.transforms import CRLF, Chain, HexDump, WholeLines
from tests.cli.commands import Terminal, listening_port, said, started
from tests.cli.jobs.peers import receive_all

BACKENDS = ("trio", "asyncio")


def client_of(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), 50)


@pytest.mark.parametrize("backend", BACKENDS)
def test_many_clients_share_stdin_and_stdout(backend: str) -> None:
    arguments = ("listen", "-k", "--json", "--lines", "--backend", backend, "127.0.0.1:0")
    with started(*arguments, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        port = listening_port(process)
        with client_of(port) as first, client_of(port) as second:
            said(process, "connected")
            said(process, "connected")
            process.stdin.write(b"to all\n")
            process.stdin.flush()
            assert (first.recv(100), second.recv(100)) == (b"to all\n", b"to all\n")
            first.sendall(b"half of ")  # Held back: the line of another must not get into it.
            second.sendall(b"whole\n")
            assert process.stdout.readline() == b"whole\n"
            first.sendall(b"a line\nno end")
            assert process.stdout.readline() == b"half of a line\n"
            second.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        said(process, "failed")  # A reset ends nothing but its connection.
        process.stdin.close()
        with client_of(port) as late:
            late.sendall(b"late\n")
            assert receive_all(late) == b""  # Stdin has ended.
        assert process.stdout.readline() == b"no endlate\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 143


def test_a_program_ends_with_its_client_and_with_us() -> None:
    arguments = ("listen", "-k", "--json", "--shell", "echo $$ $ANYNET_REMOTE; exec sleep 1000")
    with started(*arguments, "127.0.0.1:0") as process:
        port = listening_port(process)
        with client_of(port) as client:
            pid, remote = client.makefile().readline().split()
            assert remote == "{}:{}".format(*client.getsockname())
            assert os.path.exists(f"/proc/{pid}")
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.sendall(b"x")
        said(process, "failed")
        assert not os.path.exists(f"/proc/{pid}")
        with client_of(port) as client:
            pid = client.makefile().readline().split()[0]
            process.send_signal(signal.SIGINT)
            assert process.wait() == 130
            assert not os.path.exists(f"/proc/{pid}")


def test_one_connection_in_a_terminal_and_the_end_of_it() -> None:
    with Terminal("listen", "127.0.0.1:0") as terminal:
        terminal.wait_for("listening on 127.0.0.1:")
        terminal.wait_for("\n")
        port = int(terminal.text.split("\r\n")[0].rpartition(":")[2])
        with client_of(port) as client:
            terminal.wait_for("connected")
            client.sendall(b"a \xff question\n")
            terminal.type("an answer\n")
            assert client.recv(100) == b"an answer\n"
            client.shutdown(socket.SHUT_WR)
            assert terminal.end() == 0


def test_a_path_is_gone_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with started("listen", "--json", f"unix:{path}") as process:
        assert said(process, "listening")["address"] == str(path)
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
            client.sendall(b"hello")
        assert process.stdout is not None
        assert (process.stdout.read(), process.wait()) == (b"hello", 0)
    assert not os.path.exists(path)


ADMISSION = [
    # --allow, --deny, who is let in, who is not.
    (["10.0.0.0/8"], [], ["10.1.2.3", "::ffff:10.1.2.3"], ["11.0.0.0", "9.255.255.255", "::1"]),
    ([], ["10.0.0.0/8"], ["11.0.0.0", "::1"], ["10.0.0.1"]),
    (["10.0.0.0/8", "::1"], ["10.9.0.0/16"], ["10.8.0.1", "::1"], ["10.9.0.1", "::2", "1.1.1.1"]),
    (["::ffff:10.0.0.0/104"], [], ["10.1.1.1"], ["11.1.1.1", "::1"]),
    (["0.0.0.0/0"], [], ["1.2.3.4"], ["::1", "ffff::"]),
    (["10.0.0.0/8", "10.1.0.0/16"], [], ["10.2.0.1"], ["11.0.0.1"]),
]


@pytest.mark.parametrize(("allow", "deny", "inside", "outside"), ADMISSION)
def test_whom_allow_and_deny_let_in(
    allow: list[str], deny: list[str], inside: list[str], outside: list[str]
) -> None:
    blocked = BlockedClients()
    blocked.allow("--allow", allow)
    blocked.deny("--deny", deny)
    assert [each for each in inside if blocked.list.check(each)] == []
    assert [each for each in outside if not blocked.list.check(each)] == []
    assert all(ipaddress.ip_address(each) for each in inside + outside)


def test_what_happens_to_bytes_on_their_way() -> None:
    crlf = CRLF()
    chunks = [b"a\nb\r", b"\nc\r\n", b"\n", b"\r", b"d"]
    assert b"".join(map(crlf, chunks)) == b"a\r\nb\r\nc\r\n\r\n\rd"
    lines = WholeLines()
    assert [lines(each) for each in (b"a", b"b\nc", b"\n\nd")] == [b"", b"ab\n", b"c\n\n"]
    assert (lines.rest(), lines.rest()) == (b"d", b"")
    long = bytes(1 << 20)
    assert (lines(long), lines(b"x")) == (b"", long + b"x")  # Nothing grows without bound.
    rows: list[str] = []
    dump = HexDump(">", rows.append)
    assert dump(b"hello, \xff\x00 world!") == b"hello, \xff\x00 world!"
    dump(b"!")
    assert rows == [
        "> 00000000  68 65 6c 6c 6f 2c 20 ff  00 20 77 6f 72 6c 64 21  |hello, .. world!|",
        f"> 00000010  21{' ' * 46}  |!|",
    ]
    both = Chain([WholeLines(), CRLF()])
    assert (both(b"a\nb"), both.rest()) == (b"a\r\n", b"b")
