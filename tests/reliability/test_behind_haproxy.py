"""The example behind_haproxy: a service of systemd, its workers and HAProxy work together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.activation import launched
from tests.reliability.haproxy_process import HAPROXY, haproxy
from tests.reliability.steady_load import HOST, PATIENCE

EXAMPLE = Path(__file__).parents[2] / "examples" / "behind_haproxy"


def greeting(port: int) -> bool:
    """Is a client greeted by its own address?"""
    with socket.create_connection((HOST, port), PATIENCE, ("127.0.0.5", 0)) as client:
        own = client.getsockname()[1]
        with client.makefile() as lines:
            return lines.readline() == f"hello, 127.0.0.5:{own}\n"


def test_the_example_works_together(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.settimeout(PATIENCE)
        manager.bind(str(tmp_path / "notify"))

        def told(*expected: str) -> None:
            while expected:
                message = manager.recv(4096).decode().splitlines()
                if message != ["WATCHDOG=1"]:
                    assert message[0] == expected[0]
                    expected = expected[1:]

        variables = {
            "LISTEN_FDNAMES": "web",
            "NOTIFY_SOCKET": str(tmp_path / "notify"),
            "WATCHDOG_USEC": "1000000",
        }
        with socket.create_server((HOST, 0)) as web, socket.create_server((HOST, 0)) as public:
            command = (sys.executable, "-W", "error", str(EXAMPLE / "web.py"))
            with launched([web], *command, variables=variables) as program:
                told("READY=1")
                text = (EXAMPLE / "haproxy.cfg").read_text()
                text = text.replace(":8080", f"fd@{public.fileno()}")
                text = text.replace(":8124", f":{web.getsockname()[1]}")
                with haproxy(tmp_path, text, public.fileno()):
                    port = public.getsockname()[1]
                    assert greeting(port)
                    os.kill(program.process.pid, signal.SIGHUP)
                    told("RELOADING=1", "READY=1")
                    assert greeting(port)
                program.process.send_signal(signal.SIGTERM)
                told("STOPPING=1")
                assert program.end() == (0, "", "")


def test_haproxy_finds_no_fault_with_the_configuration() -> None:
    assert HAPROXY is not None
    command = [HAPROXY, "-c", "-f", str(EXAMPLE / "haproxy.cfg")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0
    assert "WARNING" not in result.stderr + result.stdout
