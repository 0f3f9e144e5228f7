"""A test in which a handler failed fails, unless it has claimed that."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest

import anynet
from anynet.testing import HandlerFailures
from tests.core.server_peers import HandlerBug, sees
from tests.support import plain_client

TESTING_PAGE = Path(__file__).parents[2] / "docs" / "testing.md"


async def fail(sock: anynet.Socket) -> None:
    if await sock.receive() == b"group":
        raise ExceptionGroup("several", [HandlerBug("one"), ValueError("two")])
    raise HandlerBug("on purpose")


async def have_it_fail(*messages: bytes) -> None:
    async with anynet.create_server(fail, host="127.0.0.1", port=0) as server:
        for message in messages:
            with plain_client(server) as client:
                client.sendall(message)
                assert await sees(client) is ConnectionResetError


@pytest.mark.anyio
async def test_a_failure_that_nobody_claims(handler_failures: HandlerFailures) -> None:
    with pytest.raises(AssertionError, match="unexpected .*: HandlerBug: on purpose") as caught:
        with HandlerFailures() as failures:
            await have_it_fail(b"x")
            assert [type(error) for error in failures.unclaimed] == [HandlerBug]
    assert isinstance(caught.value.__cause__, ExceptionGroup)
    assert caught.value.__cause__.exceptions == (handler_failures.claim(HandlerBug),)


@pytest.mark.anyio
async def test_claims(handler_failures: HandlerFailures) -> None:
    with HandlerFailures() as failures:
        await have_it_fail(b"x", b"x", b"x")  # The last two are a line without an exception.
        assert str(failures.claim(HandlerBug)) == "on purpose"
        assert failures.unclaimed == ()
        with pytest.raises(AssertionError, match="no handler failed by HandlerBug"):
            failures.claim(HandlerBug)
        await have_it_fail(b"group")
        with pytest.raises(AssertionError, match="no handler failed by KeyError"):
            failures.claim(KeyError)
        assert str(failures.claim(ValueError)) == "two"  # Of a group one is enough.
        await have_it_fail(b"group")
        failures.claim(ExceptionGroup)
    handler_failures.claim(Exception)


@pytest.mark.anyio
async def test_a_claim_inside_of_the_server_counts_for_its_last_lines(
    handler_failures: HandlerFailures,
) -> None:
    async with anynet.create_server(fail, host="127.0.0.1", port=0) as server:
        for _ in range(3):
            with plain_client(server) as client:
                client.sendall(b"x")
                assert await sees(client) is ConnectionResetError
        handler_failures.claim(HandlerBug)


def test_other_errors_of_servers_are_noticed_too(handler_failures: HandlerFailures) -> None:
    with pytest.raises(AssertionError, match="something else"), HandlerFailures():
        logging.getLogger("anynet.server").error("something else", exc_info=KeyError())
    handler_failures.claim(KeyError)
    with HandlerFailures():
        logging.getLogger("anynet.server").warning("no error")


def test_an_exception_of_the_block_goes_before(handler_failures: HandlerFailures) -> None:
    with pytest.raises(KeyError), HandlerFailures():
        logging.getLogger("anynet.server").error("something else", exc_info=ValueError())
        raise KeyError
    handler_failures.claim(ValueError)


def test_the_tests_of_the_page_about_servers(tmp_path: Path) -> None:
    """As they stand there they pass; without the claim they fail."""
    form = r"^:::{code-block} python\n:caption: (\w+\.py)\n\n(.*?)^:::$"
    files = dict(re.findall(form, TESTING_PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL))
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    test = tmp_path / "test_shout.py"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)]
    options = ["-c", "/dev/null", "--rootdir", str(tmp_path)]
    passed = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert passed.returncode == 0, passed.stdout
    lines = test.read_text("utf-8").splitlines(keepends=True)
    test.write_text("".join(line for line in lines if ".claim(" not in line), "utf-8")
    failed = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert failed.returncode == 1, failed.stdout
    assert "unexpected failures of handlers" in failed.stdout
    assert "the peer sends nonsense" in failed.stdout
