"""Sending files: ranges, short files, slow readers, over every kind of stream."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.testing.pairs import PAIRS, pattern_of, tcp, unix

pytestmark = pytest.mark.anyio

CONTENT = pattern_of(500_000, 7)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    return path


@pytest.mark.parametrize("kind", ["tcp v4", "unix", "tls", "memory sockets", "socket over socket"])
@pytest.mark.parametrize(
    ("offset", "count"),
    [(0, None), (100_001, None), (5, 7), (3, 0), (400_000, 100_000), (9**9, None)],
)
async def test_the_range_arrives(path: Path, kind: str, offset: int, count: int | None) -> None:
    expected = CONTENT[offset:] if count is None else CONTENT[offset : offset + count]
    async with PAIRS[kind]() as (one, other):
        received = bytearray()
        with path.open("rb") as file:
            file.seek(17)
            async with anyio.create_task_group() as tasks:

                async def send() -> None:
                    assert await one.send_file(file, offset, count) == len(expected)
                    await one.send(b"<end>")

                tasks.start_soon(send)
                while not received.endswith(b"<end>"):
                    received += await other.receive()
            assert file.tell() == 17
        assert received == expected + b"<end>"
        assert one.bytes_sent == len(expected) + 5


@pytest.mark.parametrize("pair", [tcp, unix])
async def test_slow_reader(path: Path, pair: Callable[[], Any]) -> None:
    with path.open("r+b") as file:
        file.truncate(1 << 24)
    async with pair() as (one, other):
        with path.open("rb") as file:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(one.send_file, file)
                await anyio.wait_all_tasks_blocked()
                assert 0 < one.bytes_sent < 1 << 24
                while other.bytes_received < 1 << 24:
                    await other.receive()
        assert one.statistics().send_waits > 0
        await one.send(b"whole")
        assert await other.receive() == b"whole"


@pytest.mark.parametrize("pair", [tcp, unix])
async def test_short_file_is_told_and_leaves_the_message_cut(
    path: Path, pair: Callable[[], Any]
) -> None:
    async with pair() as (one, other):
        with path.open("rb") as file:
            with pytest.raises(EOFError, match="the file ended 10 bytes early"):
                await one.send_file(file, len(CONTENT) + 5, 10)
            await one.send(b"nothing was cut")
            assert await other.receive() == b"nothing was cut"
            with pytest.raises(EOFError, match="the file ended 9 bytes early"):
                await one.send_file(file, len(CONTENT) - 4, 13)
        with pytest.raises(anyio.BrokenResourceError, match="cut off"):
            await one.send(b"more")


async def test_what_cannot_be_sent(path: Path) -> None:
    reader, writer = os.pipe()
    async with tcp() as (one, other):
        with open(reader, "rb") as pipe, open(writer, "wb"), path.open("rb") as file:
            with pytest.raises(ValueError, match="file must be a regular file"):
                await one.send_file(pipe, 0, 5)
            for offset, count, name in ((-1, None, "offset"), (0, -1, "count"), (-5, 5, "offset")):
                with pytest.raises(ValueError, match=f"{name} must be at least 0, not -"):
                    await one.send_file(file, offset, count)
            with pytest.raises(TypeError, match="offset must be an integer, not '3'"):
                await one.send_file(file, "3")  # type: ignore[arg-type]  # that is the point
            with pytest.raises(io.UnsupportedOperation, match="fileno"):
                await one.send_file(io.BytesIO(b"in memory"))
        await one.send(b"nothing went")
        assert await other.receive() == b"nothing went"


async def test_cancelled_at_entry_sends_nothing(path: Path) -> None:
    async with tcp() as (one, other):
        with path.open("rb") as file, anyio.CancelScope() as scope:
            scope.cancel()
            await one.send_file(file)
        assert scope.cancelled_caught
        await one.send(b"first")
        assert await other.receive() == b"first"


async def test_closed_or_busy(path: Path) -> None:
    async with tcp() as (one, _):
        with path.open("rb") as file:
            async with anyio.create_task_group() as tasks:

                async def send() -> None:
                    with pytest.raises(anyio.ClosedResourceError):
                        await one.send(bytes(1 << 24))

                tasks.start_soon(send)
                await anyio.wait_all_tasks_blocked()
                with pytest.raises(anyio.BusyResourceError):
                    await one.send_file(file)
                await one.aclose()
            with pytest.raises(anyio.ClosedResourceError):
                await one.send_file(file)
