"""``anynet serve`` with endpoints, TLS, an access log and reloading: all of it in one run."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from tests.cli.commands import ANYNET
from tests.cli.jobs.peers import Place, ask, write_certificates

APP = """
async def handler(socket):
    async for chunk in socket:
        await socket.send(chunk.{method}())
        break
"""


def test_a_program_that_is_being_written(tmp_path: Path) -> None:
    ca, cert = write_certificates(tmp_path)
    app = tmp_path / "app.py"
    app.write_text(APP.format(method="upper"))
    with subprocess.Popen(
        [
            *(*ANYNET, "serve", "app:handler", "--workers", "1"),
            *("--bind", "127.0.0.1:0", "--bind", "unix:app.sock", "--tls", "--cert", str(cert)),
            *("--reload", "--access-log", "--json", "--deny", "127.0.0.9"),
        ],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            addresses = [json.loads(process.stdout.readline())["address"] for _ in range(2)]
            assert addresses[1] == "app.sock"
            port = int(addresses[0].rpartition(":")[2])
            place = Place(tmp_path, port, tmp_path / "app.sock", ca, cert)
            assert ask(place, b"Hello", tls=True) == b"HELLO"
            line = json.loads(process.stdout.readline())
            assert (line["event"], line["outcome"]) == ("connection", "ok")
            assert (line["received"], line["sent"], line["server"]) == (5, 5, f"127.0.0.1:{port}")
            assert ask(place, b"Hello", "127.0.0.9", tls=True) == b""
            app.write_text(APP.format(method="lower"))
            assert process.stderr.readline() == b"app.py changed: restarting\n"
            answers = [ask(place, b"Hello", tls=True)]
            while answers[-1] != b"hello":
                answers.append(ask(place, b"Hello", tls=True))
            # The old worker serves until the new one does. A shutdown waits for no handshake, so
            # the one that is under way then may be reset: no more than that one.
            assert set(answers) <= {b"HELLO", b"", b"hello"}
            assert answers.count(b"") <= 1
            app.write_text("def")
            os.utime(app, (1, 1))
            assert process.stderr.readline() == b"app.py changed: restarting\n"
            assert b"exit code 1: app:handler: invalid syntax" in process.stderr.readline()
            assert b"the workers stay as they were" in process.stderr.readline()
            assert ask(place, b"Hello", tls=True) == b"hello"
            process.terminate()
            assert process.wait(50) == 0
            assert not (tmp_path / "app.sock").exists()
        finally:
            process.kill()
