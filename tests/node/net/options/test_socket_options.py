"""The tables of options: what they know, in which order they check, and what costs nothing."""

from __future__ import annotations

from typing import Any

import pytest

from anynet.node._errors.errors import NodeError
from anynet.node._net.options.server_options import AcceptSettings, ServerOptions, accept_settings
from anynet.node._net.options.socket_options import SocketOptions, SocketSettings, socket_settings
from anynet.node._net.options.table import rows_of


@pytest.mark.parametrize(
    ("settings", "options"), [(SocketSettings, SocketOptions), (AcceptSettings, ServerOptions)]
)
def test_every_option_that_is_typed_has_a_row(settings: type, options: type) -> None:
    names = {name for row in rows_of(settings) for name in row.names}
    assert names == set(options.__annotations__)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"fd": "x", "blockList": 5, "signal": 5}, "signal"),
        ({"blockList": 5, "fd": "x"}, "fd"),
        ({"fd": "x", "keepAliveInitialDelay": "x"}, "options.keepAliveInitialDelay"),
        ({"captureRejections": 5, "highWaterMark": -1}, "options.readableHighWaterMark"),
        ({"writableHighWaterMark": -1, "captureRejections": 5}, "options.writableHighWaterMark"),
        ({"objectMode": True, "keepAliveInitialDelay": "x"}, "options.objectMode"),
    ],
)
def test_of_several_mistakes_the_first_row_is_reported(options: dict[str, Any], name: str) -> None:
    with pytest.raises(NodeError) as caught:
        socket_settings(options)
    assert name in str(caught.value)


def test_the_common_mark_outranks_those_of_the_sides() -> None:
    stream = socket_settings({"readableHighWaterMark": 5, "highWaterMark": 7}).stream
    assert (stream.readable_high_water_mark, stream.writable_high_water_mark) == (7, 7)
    stream = socket_settings({"readableHighWaterMark": 5}).stream
    assert (stream.readable_high_water_mark, stream.writable_high_water_mark) == (5, 65536)


def test_what_is_wanted_of_tcp() -> None:
    assert socket_settings({"keepAliveInitialDelay": 5000}).tcp is None
    first = socket_settings({"noDelay": True}).tcp
    assert first is not None
    # Each socket has its own: it may change its mind.
    assert socket_settings({"noDelay": True}).tcp is not first


def test_a_server_treats_none_as_absent() -> None:
    settings = accept_settings({"highWaterMark": None, "blockList": None}, {"noDelay": None})
    assert settings == AcceptSettings()
