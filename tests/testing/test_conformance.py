"""The conformance suite on every kind of stream that we have, and on streams that break a rule."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from anynet._transport.raw_stream import RawStream
from anynet.testing import check_byte_stream
from tests.testing.pairs import PAIRS, tcp_sockets

pytestmark = pytest.mark.anyio

#: Streams whose sender never waits: AnyIO on asyncio takes in whatever comes, read or not.
NEVER_CLOGGED = {"object streams with endless room", "over anyio's tcp"}


@pytest.mark.parametrize("kind", PAIRS)
async def test_conformance(kind: str) -> None:
    await check_byte_stream(
        PAIRS[kind], half_close=kind != "tls", clogged=kind not in NEVER_CLOGGED
    )


async def test_our_own_stream() -> None:
    @asynccontextmanager
    async def make_pair() -> AsyncIterator[tuple[RawStream, RawStream]]:
        sockets = tcp_sockets()
        for sock in sockets:
            sock.setblocking(False)
        one, other = map(RawStream, sockets)
        async with one, other:
            yield one, other

    await check_byte_stream(make_pair)
