"""The servers of the tutorial stand strangers; the last one with systemd's socket and HAProxy."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from anynet import SocketAddress
from anynet.testing import HostileClients, unused_port
from tests.activation import launched
from tests.documents import TUTORIAL, files_of
from tests.processes import process_of
from tests.reliability.haproxy_process import HAPROXY, haproxy

FILES = files_of(TUTORIAL / "service.md")
PORT = "8124"
#: The server of each step, its client with what that is told, and the last line that it prints.
STEPS = {
    "echo.py": (["hello.py"], "b'hello'"),
    "shout.py": (["ask.py", "one", "two"], "TWO"),
    "chat.py": (["say.py", "ann", "hello"], "ann: hello"),
    "tls_chat.py": (["tls_say.py", "ann", "hello"], "ann: hello"),
}


def write_files(directory: Path, port: int) -> None:
    """The files of all steps, for another port, and a certificate."""
    for name, text in FILES.items():
        (directory / name).write_text(text.replace(PORT, str(port)), "utf-8")
    command = [sys.executable, "-m", "trustme", "-q", "-i", "localhost", "-d", str(directory)]
    subprocess.run(command, check=True)


def last_line_of(directory: Path, program: str, *arguments: str) -> str:
    """What a client of the tutorial prints last."""
    command = [sys.executable, "-W", "error", program, *arguments]
    run = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()[-1]


@pytest.mark.parametrize("server", STEPS)
def test_the_server_of_a_step_stands_strangers(server: str, tmp_path: Path) -> None:
    (client, *arguments), wanted = STEPS[server]
    port = unused_port()
    write_files(tmp_path, port)
    with process_of(sys.executable, "-W", "error", server, cwd=tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"listening on 127.0.0.1:{port}\n"
        with HostileClients() as strangers:
            strangers.siege(SocketAddress("127.0.0.1", port))
            assert strangers.staying
            assert last_line_of(tmp_path, client, *arguments) == wanted


def test_the_service_stands_strangers_behind_haproxy(tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as chat,
        socket.create_server(("127.0.0.1", 0)) as public,
    ):
        write_files(tmp_path, public.getsockname()[1])
        text = FILES["haproxy.cfg"].replace(":8443", f"fd@{public.fileno()}")
        text = text.replace(f":{PORT}", f":{chat.getsockname()[1]}")
        program = ("-W", "error", "-c", IN_FOLDER, str(tmp_path), "chat_service.py")
        variables = {"LISTEN_FDNAMES": "chat"}
        with (
            launched([chat], sys.executable, *program, variables=variables) as service,
            haproxy(tmp_path, text, public.fileno()),
        ):
            assert last_line_of(tmp_path, "tls_say.py", "ann", "hello") == "ann: hello"
            with HostileClients() as strangers:
                # Past HAProxy and through it.
                strangers.siege(SocketAddress(*chat.getsockname()))
                strangers.siege(SocketAddress(*public.getsockname()))
                assert last_line_of(tmp_path, "tls_say.py", "bob", "hello") == "bob: hello"
            code, output, errors = service.end(signal.SIGTERM)
    assert (code, output) == (0, "")
    assert "Traceback" not in errors


#: Runs a program in a folder, where its modules and files are.
IN_FOLDER = """
import os, runpy, sys
os.chdir(sys.argv[1])
sys.path.insert(0, "")
runpy.run_path(sys.argv[2], run_name="__main__")
"""


def test_haproxy_takes_the_configuration(tmp_path: Path) -> None:
    assert HAPROXY is not None
    path = tmp_path / "haproxy.cfg"
    path.write_text(FILES["haproxy.cfg"])
    run = subprocess.run(
        [HAPROXY, "-c", "-f", str(path)], capture_output=True, text=True, check=False
    )
    assert (run.returncode, "WARNING" in run.stderr + run.stdout) == (0, False)


def test_the_units_belong_together() -> None:
    name = re.search("FileDescriptorName=(.*)", FILES["chat.socket"])
    program = re.search("ExecStart=.*python (.*)", FILES["chat.service"])
    port = re.search(r"ListenStream=127.0.0.1:(\d+)", FILES["chat.socket"])
    assert name
    assert program
    assert port
    assert f'systemd="{name[1]}"' in FILES[program[1]]
    assert f"server chat1 127.0.0.1:{port[1]} " in FILES["haproxy.cfg"]
