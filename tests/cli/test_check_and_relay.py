"""``anynet check`` and ``anynet relay``."""

from __future__ import annotations

import json
import signal
import socket
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

from anynet.cli.relay_table import size
from tests.cli.commands import Terminal, anynet_command, listening_port, said, started
from tests.cli.jobs.peers import (
    Place,
    bound,
    digest_after,
    peer,
    receive_all,
    server_context,
    write_certificates,
)


def place_in(directory: Path) -> Place:
    ca, cert = write_certificates(directory)
    return Place(directory, 0, directory / "peer.sock", ca, cert)


def checked(*arguments: str) -> tuple[int, dict[str, Any]]:
    result = anynet_command("check", "--json", *arguments)
    assert result.stderr == ""
    shown: dict[str, Any] = json.loads(result.stdout)
    assert shown["ok"] == (result.returncode == 0)
    return result.returncode, shown


def test_a_check_of_tls(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    listener = bound(socket.AF_INET, ("127.0.0.1", 0))
    port = listener.getsockname()[1]
    with peer(receive_all, [listener], server_context(place, alpn=True)):
        trusted = ("--ca", str(place.ca), "--alpn", "h2")
        code, shown = checked(f"tls://127.0.0.1:{port}", *trusted, "--backend", "trio")
        connect, tls = shown["steps"]
        assert (code, connect["step"], tls["step"]) == (0, "connect", "TLS")
        assert (tls["version"], tls["alpn"]) == ("TLSv1.3", "h2")
        assert "127.0.0.1" in tls["names"]
        assert tls["days left"] > 0
        code, shown = checked(f"tls://127.0.0.1:{port}", *trusted, "--sni", "example.com")
        assert code == 7
        assert "Hostname mismatch" in shown["steps"][-1]["error"]
        # localhost has two addresses, and nothing listens at one of them.
        code, shown = checked(f"localhost:{port}")
        assert code == 4
        assert [step["ok"] for step in shown["steps"]] == [True, False, True]
        assert checked("--any", f"localhost:{port}")[0] == 0
        result = anynet_command("check", "-q", f"127.0.0.1:{port}")
        assert (result.returncode, result.stdout) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nowhere.invalid:80",), 3, "there is no address to try"),
        (("unix:/nowhere/at/all",), 4, "0 of 1 addresses answer"),
        (("tls://127.0.0.1:{plain}",), 6, "0 of 1 addresses answer"),
        (("tls://127.0.0.1:{silent}", "-w", "0.2"), 5, "0 of 1 addresses answer"),
    ],
)
def test_what_a_check_fails_by_is_its_exit_code(
    arguments: tuple[str, ...], code: int, said: str
) -> None:
    plain, silent = (bound(socket.AF_INET, ("127.0.0.1", 0)) for _ in range(2))
    ports = {"plain": plain.getsockname()[1], "silent": silent.getsockname()[1]}
    with (
        peer(lambda connection: connection.sendall(b"220 welcome\r\n"), [plain]),
        peer(receive_all, [silent]),
    ):
        result = anynet_command("check", *(each.format(**ports) for each in arguments))
    assert (result.returncode, result.stderr) == (code, "")
    assert "FAILED" in result.stdout
    assert result.stdout.endswith(f"failed: {said}\n")
    assert max(map(len, result.stdout.splitlines())) < 120


@pytest.mark.parametrize("backend", ["trio", "asyncio"])
def test_a_relay_tells_its_target_who_the_client_is_and_programs_what_passed(
    backend: str, tmp_path: Path
) -> None:
    path = tmp_path / "target.sock"
    received = []

    def answer(connection: socket.socket) -> None:
        received.append(receive_all(connection))
        connection.sendall(b"answer")

    arguments = ("relay", "--json", "--backend", backend, "--send-proxy", "1", "127.0.0.1:0")
    with peer(answer, [bound(socket.AF_UNIX, str(path))]):
        with started(*arguments, f"unix:{path}") as process:
            port = listening_port(process)
            with socket.create_connection(("127.0.0.1", port), 50) as client:
                name = "{}:{}".format(*client.getsockname())
                client.sendall(b"question")
                client.shutdown(socket.SHUT_WR)
                assert receive_all(client) == b"answer"
            ended = said(process, "ended")
            assert (ended["client"], ended["up"], ended["down"]) == (name, 8, 6)
            path.unlink()
            with socket.create_connection(("127.0.0.1", port), 50) as client:
                with pytest.raises(ConnectionResetError):
                    client.recv(1)
            assert "No such file" in said(process, "failed")["error"]
            process.send_signal(signal.SIGTERM)
            assert process.wait() == 143
    header, _, question = received[0].partition(b"\r\n")
    assert header == f"PROXY TCP4 127.0.0.1 127.0.0.1 {name.split(':')[1]} {port}".encode()
    assert question == b"question"


def test_the_table_of_a_relay_in_a_terminal() -> None:
    target = bound(socket.AF_INET, ("127.0.0.1", 0))
    with peer(digest_after(0), [target]):
        endpoint = f"127.0.0.1:{target.getsockname()[1]}"
        with Terminal("relay", "127.0.0.1:0", endpoint) as terminal:
            terminal.wait_for("0 open, 0 ended")
            port = int(terminal.text.split(" -> ")[0].rpartition(":")[2])
            with socket.create_connection(("127.0.0.1", port), 50) as client:
                client.sendall(bytes(123_000))
                terminal.wait_for("1 open, 0 ended")
                terminal.wait_for("123 kB")
                assert "{}:{}".format(*client.getsockname()) in terminal.text
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            terminal.wait_for("1 ended (1 failed)")
            terminal.type("\x03")
            assert terminal.end() == 130
            assert terminal.attributes == terminal.before
            assert max(map(len, terminal.text.splitlines())) <= 80
            assert "\x1b[?25h" in terminal.written  # The cursor is back.


def test_sizes_for_people() -> None:
    shown = [size(each) for each in (0, 999, 999.9, 1000, 99_949, 99_950, 999_499, 1e6, 1e15)]
    wanted = "0 B,999 B,1.0 kB,1.0 kB,99.9 kB,100 kB,999 kB,1.0 MB,1000 TB"
    assert shown == wanted.split(",")


def test_a_closed_output_ends_a_check() -> None:
    with started("check", "unix:/nowhere", stdin=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert (process.stderr.read(), process.wait()) == (b"", 141)
