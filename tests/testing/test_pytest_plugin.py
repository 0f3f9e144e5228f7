"""The plugin as others have it: loaded by its entry point, by its name, or by both, once."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import anynet

ROOT = Path(anynet.__file__).parents[1]
PLUGIN = "anynet.testing.pytest_plugin"

#: One test for each thing that the plugin has; its name says what is to come of it.
TESTS = """
import logging, socket
import anyio, anynet, pytest
from anynet.testing import Hostility

kept = []

def leak():
    kept.append(socket.socket())

async def test_passes_with_fixtures(echo_server, anynet_port, unix_path, hostile_client):
    async with anynet.connect(echo_server.host, echo_server.port) as client:
        await client.send(b"hello")
        assert await client.receive() == b"hello"
    async with anynet.create_server(host="127.0.0.1", port=anynet_port) as server:
        assert server.port < 32_768  # AnyIO's fixture takes one of the kernel's range.
        place = (server.address.address, server.port)
        hostile_client.strike(place, Hostility.A_RESET_AT_ONCE)
        hostile_client.strike(server.address, Hostility.SILENCE)
        for _ in range(2):
            async with await server.accept():
                pass
        assert len(hostile_client.staying) == 1
    async with anynet.create_server(path=unix_path, grace_period=0):
        async with anynet.connect(path=unix_path):
            pass

async def fail(connection):
    raise KeyError("lost")

async def meet_failure():
    async with anynet.create_server(fail, host="127.0.0.1", port=0) as server:
        async with anynet.connect("127.0.0.1", server.port) as client:
            with pytest.raises(anyio.BrokenResourceError):
                await client.receive()

async def test_errs_for_a_handler():
    await meet_failure()

async def test_passes_with_a_claim(handler_failures):
    await meet_failure()
    handler_failures.claim(KeyError)

def test_passes_with_a_leak_unasked():
    leak()

@pytest.mark.anynet_leaks
def test_errs_for_a_descriptor():
    leak()

@pytest.mark.anynet_leaks
def test_errs_for_a_warning():
    socket.socket()

@pytest.mark.anynet_leaks
def test_errs_for_a_socket_file(unix_path):
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(unix_path)

@pytest.mark.anynet_leaks
async def test_passes_without_leaks(echo_server):
    async with anynet.connect(echo_server.host, echo_server.port):
        pass
"""

INI = """[pytest]
anyio_mode = auto
addopts = --strict-config -rA -p no:cacheprovider -p no:hypothesispytest -p no:cov -p no:xdist
"""
ENTRY = "[pytest11]\nanynet = anynet.testing._pytest_entry\n"
METADATA = "Metadata-Version: 2.1\nName: anynet-with-entry\nVersion: 1\n"


def outcomes(directory: Path, *arguments: str, ini: str = INI) -> dict[str, str]:
    """What came of each test, by pytest in a process of its own, with the entry point installed."""
    (directory / "pytest.ini").write_text(ini)
    (directory / "test_it.py").write_text(TESTS)
    info = directory / "packages" / "anynet_with_entry-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(METADATA)
    (info / "entry_points.txt").write_text(ENTRY)
    (info / "RECORD").write_text("anynet/__init__.py,,\nanynet/testing/__init__.py,,\n")
    path = os.pathsep.join(map(str, (info.parent, ROOT)))
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments, str(directory)],
        capture_output=True,
        text=True,
        check=False,
        cwd=directory,
        env={**os.environ, "PYTHONPATH": path},
    )
    told = re.findall(r"^(PASSED|FAILED|ERROR) test_it.py::(\w+)", run.stdout, re.MULTILINE)
    assert told, run.stdout + run.stderr
    assert ("warnings summary" in run.stdout) == ("no:anynet" in arguments), run.stdout
    return {name: outcome for outcome, name in sorted(told, reverse=True)}  # An error is later.


def test_loaded_by_its_entry_point(tmp_path: Path) -> None:
    told = outcomes(tmp_path)
    assert len(told) == TESTS.count("def test_")
    for name, outcome in told.items():
        assert outcome == ("ERROR" if "errs" in name else "PASSED"), name


def test_loaded_by_its_name_too(tmp_path: Path) -> None:
    """By the command line, by a conftest.py, by the entry point: pytest takes no module twice."""
    (tmp_path / "conftest.py").write_text(f"pytest_plugins = ['{PLUGIN}']\n")
    told = outcomes(tmp_path, "-p", PLUGIN, "-k", "errs_for_a and not handler")
    assert set(told.values()) == {"ERROR"}
    assert len(told) == TESTS.count("def test_errs") - 1


def test_the_ini_file_decides(tmp_path: Path) -> None:
    ini = f"{INI}anynet_handler_failures = false\nanynet_leaks = true\n"
    told = outcomes(tmp_path, ini=ini)
    assert told["test_errs_for_a_handler"] == "PASSED"
    assert told["test_passes_with_a_claim"] == "PASSED"
    assert told["test_passes_with_a_leak_unasked"] == "ERROR"
    assert told["test_passes_with_fixtures"] == "PASSED"


def test_kept_out(tmp_path: Path) -> None:
    told = outcomes(tmp_path, "-p", "no:anynet", "-k", "for_a_handler or for_a_desc")
    assert set(told.values()) == {"PASSED"}


def test_the_entry_point_is_declared() -> None:
    """In the project itself: what is installed may be older."""
    project = (ROOT / "pyproject.toml").read_text()
    assert '[project.entry-points.pytest11]\nanynet = "anynet.testing._pytest_entry"\n' in project
