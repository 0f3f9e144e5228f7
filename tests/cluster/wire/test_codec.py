"""The codec: every message comes back as it was, and nothing that comes can raise."""

from __future__ import annotations

import os
import socket
import struct
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anynet.cluster.wire.codec import BadMessage
from anynet.cluster.wire.frames import ChannelError, Frame, FrameReader, encode_frame
from anynet.cluster.wire.messages import (
    CODEC,
    MESSAGES,
    Close,
    Drain,
    Failed,
    Leaving,
    Listen,
    Listening,
    Message,
    Online,
    Opened,
    Refused,
    Setup,
)
from anynet.node._processes import messages as of_node

EXAMPLES = int(os.environ.get("ANYNET_FUZZ_EXAMPLES", "300"))
FUZZ = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])

numbers = st.integers(min_value=0, max_value=2**31)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
files = st.none() | st.tuples(st.text(), numbers, numbers)


def fds(count: int) -> st.SearchStrategy[tuple[int, ...]]:
    return st.tuples(*[numbers] * count)


@st.composite
def opened(draw: st.DrawFn) -> Opened:
    how: Any = draw(st.sampled_from(["passed", "shared", "own"]))
    made = tuple(draw(st.lists(files, max_size=4)))
    return Opened(
        draw(numbers), draw(numbers), how, made, draw(fds(len(made) * (1 + (how == "passed"))))
    )


BY_CLASS: dict[type[Any], st.SearchStrategy[Any]] = {
    Setup: st.builds(Setup, json_values),
    Online: st.builds(Online),
    Listen: st.builds(Listen, numbers, st.text(), st.dictionaries(st.text(), json_values)),
    Opened: opened(),
    Refused: st.builds(Refused, numbers, st.text(), st.none() | numbers, st.text()),
    Listening: st.builds(Listening, numbers),
    Close: st.builds(Close, numbers, numbers),
    Leaving: st.builds(Leaving),
    Failed: st.builds(Failed, st.text(), st.booleans()),
    Drain: st.builds(Drain, st.none() | st.floats(min_value=0, max_value=1e9)),
    Message: st.builds(Message, json_values, json_values, st.binary(), fds(0) | fds(1)),
    of_node.ListeningAt: st.builds(
        of_node.ListeningAt,
        st.sampled_from([4, 6, -1]),
        st.none() | st.text(),
        st.integers(-1, 65535),
        st.none() | numbers,
    ),
    of_node.Disconnect: st.builds(of_node.Disconnect),
    of_node.Exiting: st.builds(of_node.Exiting),
    of_node.Noted: st.builds(of_node.Noted),
    of_node.SocketClosed: st.builds(of_node.SocketClosed, numbers),
}


def test_every_message_is_tried() -> None:
    assert set(BY_CLASS) == set(of_node.CODEC.classes.values())
    assert set(MESSAGES.values()) <= set(BY_CLASS)


@FUZZ
@given(st.one_of(*BY_CLASS.values()), st.integers(1, 64))
def test_a_message_comes_back_as_it_was_in_any_pieces(message: Any, step: int) -> None:
    frame = of_node.CODEC.encode(message)
    data = encode_frame(frame)
    reader = FrameReader()
    came = list(reader.feed(data[:step], frame.fds))
    for start in range(step, len(data), step):
        came += reader.feed(data[start : start + step])
    assert [of_node.CODEC.decode(each) for each in came] == [message]
    assert reader.empty


@FUZZ
@given(json_values, st.binary(max_size=3), st.lists(numbers, max_size=3))
def test_any_frame_is_a_message_or_none_and_never_raises(
    value: Any, extra: bytes, descriptors: list[int]
) -> None:
    frame = Frame(message=value, extra=extra, fds=tuple(descriptors))
    decoded = CODEC.decode(frame)
    assert isinstance(decoded, (BadMessage, *MESSAGES.values()))
    if isinstance(decoded, BadMessage):
        assert decoded.fds == frame.fds  # So that somebody can close them.


@FUZZ
@given(
    st.sampled_from(sorted(of_node.CODEC.classes)),
    st.lists(json_values | st.floats() | st.integers(-5, 5) | st.none(), max_size=5),
    st.lists(numbers, max_size=3),
)
def test_a_known_name_with_any_fields_never_raises(
    name: str, fields: list[Any], descriptors: list[int]
) -> None:
    decoded = of_node.CODEC.decode(Frame(message=[name, *fields], fds=tuple(descriptors)))
    assert isinstance(decoded, (BadMessage, of_node.CODEC.classes[name]))


@FUZZ
@given(st.lists(st.binary(max_size=40), max_size=5))
def test_any_bytes_are_frames_or_an_error_of_the_channel(pieces: list[bytes]) -> None:
    reader = FrameReader()
    try:
        for piece in pieces:
            for frame in reader.feed(piece):
                CODEC.decode(frame)
    except ChannelError:
        pass


@pytest.mark.parametrize(
    ("value", "descriptors", "reason"),
    [
        (["other"], (), "holds no message"),
        (["listening"], (), "has 0 fields"),
        (["listening", True], (), "point must be a number from 0 on, not True"),
        (["listening", -1], (), "point must be a number from 0 on, not -1"),
        (["online"], (7,), "more than it may have"),
        (["opened", 1, 1, "passed", [None]], (7,), "1 descriptors came for 1 addresses"),
        (["opened", 1, 1, "given", [None]], (7,), "how"),
        (["opened", 1, 1, "shared", 5], (7,), "makes no sense"),
        (["opened", 1, 1, "shared", [["path"]]], (7,), "files must hold"),
        (["drain", float("inf")], (), "grace must be seconds"),
        (["drain", float("nan")], (), "grace must be seconds"),
        (["message", 1, None], (7, 8), "several handles"),
    ],
)
def test_what_is_wrong_is_said(value: Any, descriptors: tuple[int, ...], reason: str) -> None:
    decoded = CODEC.decode(Frame(message=value, fds=descriptors))
    assert isinstance(decoded, BadMessage)
    assert reason in decoded.reason
    assert decoded.fds == descriptors


def test_a_failed_look_up_comes_back_though_its_number_is_negative() -> None:
    again = Refused.by(1, socket.gaierror(socket.EAI_NONAME, "no such name")).exception()
    assert isinstance(again, socket.gaierror)
    assert again.args == (socket.EAI_NONAME, "no such name")


def test_nonsense_that_the_parser_just_got_through_can_be_shown() -> None:
    """The parser may have used the stack up to its end; who shows it needs some more."""
    for depth in range(sys.getrecursionlimit() - 150, sys.getrecursionlimit()):
        text = b"[" * depth + b"]" * depth
        try:
            (frame,) = FrameReader().feed(struct.pack("!IIB", len(text), 0, 0) + text)
        except ChannelError:
            break
        assert isinstance(CODEC.decode(frame), BadMessage)


@pytest.mark.parametrize(
    "error", [OSError(98, "in use"), ValueError("bad"), TimeoutError("late"), LookupError("other")]
)
def test_an_error_comes_back_as_its_class_number_and_text(error: Exception) -> None:
    again = Refused.by(1, error).exception()
    assert str(again).endswith(getattr(error, "strerror", None) or str(error))
    expected = type(error) if not isinstance(error, LookupError) else OSError
    assert type(again) is expected
    assert getattr(again, "errno", None) == (
        98 if expected is OSError and error.args[0] == 98 else 22 if expected is OSError else None
    )
