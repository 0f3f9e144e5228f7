"""Text and bytes. The expectations are what Node makes of the same strings and packets."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anynet.node._errors.errors import NodeError
from anynet.node._streams.encoding import (
    Decoder,
    decode,
    encode,
    encoding_name,
    require_encoding,
    utf16_length,
)

ENCODINGS = ["utf8", "utf16le", "latin1", "ascii", "hex", "base64", "base64url"]


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("utf8", "utf8"),
        ("UTF-8", "utf8"),
        ("ucs2", "utf16le"),
        ("UCS-2", "utf16le"),
        ("utf16le", "utf16le"),
        ("Utf-16LE", "utf16le"),
        ("latin1", "latin1"),
        ("BINARY", "latin1"),
        ("ASCII", "ascii"),
        ("Hex", "hex"),
        ("base64", "base64"),
        ("base64URL", "base64url"),
        ("utf7", None),
        ("", None),
        (None, None),
        (5, None),
    ],
)
def test_names_in_every_spelling(given_name: object, name: str | None) -> None:
    assert encoding_name(given_name) == name


@pytest.mark.parametrize(("value", "text"), [("nope", "nope"), (5, "5"), ({}, "{}")])
def test_an_unknown_name_is_an_error(value: object, text: str) -> None:
    with pytest.raises(NodeError, match="^Unknown encoding: ") as caught:
        require_encoding(value)
    assert caught.value.code == "ERR_UNKNOWN_ENCODING"
    assert str(caught.value) == f"Unknown encoding: {text}"
    assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize(
    ("text", "encoding", "data"),
    [
        ("é€😀", "utf8", b"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
        ("a\ud800b\ud83d\ude00c", "utf8", b"a\xef\xbf\xbdb\xf0\x9f\x98\x80c"),
        ("é😀\ud800", "utf16le", b"\xe9\x00\x3d\xd8\x00\xde\x00\xd8"),
        ("€é😀", "latin1", b"\xac\xe9\x3d\x00"),
        ("€é", "ascii", b"\xac\xe9"),
        ("abcz12", "hex", b"\xab"),
        ("abc", "hex", b"\xab"),
        ("ABCDEF0", "hex", b"\xab\xcd\xef"),
        ("zz", "hex", b""),
        ("YWJj", "base64", b"abc"),
        ("YWI", "base64", b"ab"),
        ("YWJjZ", "base64", b"abc"),
        ("Y W\nJ j", "base64", b"abc"),
        ("YQ==YQ==", "base64", b"a"),
        ("=YWJj", "base64", b""),
        ("YW-_", "base64", b"ao\xbf"),
        ("YW+/", "base64url", b"ao\xbf"),
        ("éYWJj", "base64url", b"abc"),
        ("", "base64", b""),
    ],
)
def test_to_bytes(text: str, encoding: str, data: bytes) -> None:
    assert encode(text, encoding) == data


@pytest.mark.parametrize(
    ("data", "encoding", "text"),
    [
        (b"\x80\xffA", "ascii", "\x00\x7fA"),
        (b"\x80\xffA", "latin1", "\x80ÿA"),
        (b"\xff\x41\xe2\x82", "utf8", "\ufffdA\ufffd"),
        (b"\xef\xbb\xbfa", "utf8", "\ufeffa"),
        (b"\x3d\xd8\x00\xde\x41", "utf16le", "😀"),
        (b"\xfe\xff\xfb\x01", "base64", "/v/7AQ=="),
        (b"\xfe\xff\xfb\x01", "base64url", "_v_7AQ"),
        (b"\xfe\x0a", "hex", "fe0a"),
    ],
)
def test_to_text(data: bytes, encoding: str, text: str) -> None:
    assert decode(data, encoding) == text


@pytest.mark.parametrize(
    ("encoding", "packets", "texts"),
    [
        ("utf8", ["e2", "82", "ac41"], ["", "", "€A", ""]),
        ("utf8", ["f09f", "9880"], ["", "😀", ""]),
        ("utf8", ["41c3", "28"], ["A", "\ufffd(", ""]),
        ("utf8", ["e282"], ["", "\ufffd"]),
        ("utf8", ["808080", "ff"], ["\ufffd\ufffd\ufffd", "\ufffd", ""]),
        ("utf8", ["e080", "80"], ["", "\ufffd\ufffd\ufffd", ""]),
        ("utf16le", ["41", "00"], ["", "A", ""]),
        ("utf16le", ["3dd8", "00de"], ["", "😀", ""]),
        ("utf16le", ["41003d"], ["A", ""]),
        ("base64", ["61", "62", "6364"], ["", "", "YWJj", "ZA=="]),
        ("base64url", ["fb", "ffff61"], ["", "-___", "YQ"]),
        ("hex", ["61", "62"], ["61", "62", ""]),
        ("latin1", ["e9", ""], ["é", "", ""]),
    ],
)
def test_a_character_split_over_packets_arrives_whole(
    encoding: str, packets: list[str], texts: list[str]
) -> None:
    decoder = Decoder(encoding)
    assert [*(decoder.decode(bytes.fromhex(each)) for each in packets), decoder.end()] == texts


@given(
    data=st.binary(max_size=60),
    cuts=st.lists(st.integers(0, 60), max_size=8),
    encoding=st.sampled_from(ENCODINGS),
)
def test_cuts_change_nothing(data: bytes, cuts: list[int], encoding: str) -> None:
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    decoder = Decoder(encoding)
    text = "".join(decoder.decode(data[a:b]) for a, b in pairwise(edges))
    assert text + decoder.end() == decode(data, encoding)


@given(st.text())
def test_text_comes_back(text: str) -> None:
    for encoding in ("utf8", "utf16le"):
        assert decode(encode(text, encoding), encoding) == text


@given(st.binary())
def test_bytes_come_back(data: bytes) -> None:
    for encoding in ("latin1", "hex", "base64", "base64url"):
        assert encode(decode(data, encoding), encoding) == data


def test_length_as_javascript_counts_it() -> None:
    assert [utf16_length(text) for text in ("", "abc", "é€", "a😀")] == [0, 3, 2, 3]
