"""The last step of the tutorial, whole: systemd's socket, HAProxy, TLS and the chat."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

from anynet import SocketAddress
from anynet.testing import HostileClients
from tests.activation import launched
from tests.documents import TUTORIAL, files_of
from tests.reliability.haproxy_process import HAPROXY, haproxy

FILES = files_of(TUTORIAL / "service.md")


def say(directory: Path, port: int, name: str) -> str:
    """What the client of the tutorial hears through HAProxy."""
    code = FILES["tls_say.py"].replace("8124", str(port))
    command = [sys.executable, "-W", "error", "-c", code, name, "hello"]
    run = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_the_service_of_the_tutorial(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    command = [sys.executable, "-m", "trustme", "-q", "-i", "localhost", "-d", str(tmp_path)]
    subprocess.run(command, check=True)
    with (
        socket.create_server(("127.0.0.1", 0)) as chat,
        socket.create_server(("127.0.0.1", 0)) as public,
    ):
        text = FILES["haproxy.cfg"].replace(":8443", f"fd@{public.fileno()}")
        text = text.replace(":8124", f":{chat.getsockname()[1]}")
        port = public.getsockname()[1]
        program = ("-W", "error", "-c", IN_FOLDER, str(tmp_path), "chat_service.py")
        variables = {"LISTEN_FDNAMES": "chat"}
        with (
            launched([chat], sys.executable, *program, variables=variables) as service,
            haproxy(tmp_path, text, public.fileno()),
        ):
            assert "ann: hello\n" in say(tmp_path, port, "ann")
            with HostileClients() as strangers:
                # Past HAProxy and through it.
                strangers.siege(SocketAddress(*chat.getsockname()))
                strangers.siege(SocketAddress("127.0.0.1", port))
                assert "bob: hello\n" in say(tmp_path, port, "bob")
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
