"""The page on the threat model names every limit, with the default that it has in the code."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import anynet
from anynet._rules.options.connecting import ConnectOptions, ReconnectOptions
from anynet._rules.options.listening import ListenOptions
from anynet._rules.options.servers import ServerOptions
from anynet._rules.options.sockets import ConnectionOptions, SocketOptions
from anynet._rules.options.table import Options
from anynet.cluster import Cluster
from anynet.framing import DelimitedStream, LengthPrefixedStream, LineStream

PAGE = (Path(__file__).parent.parent / "docs" / "threat-model.md").read_text("utf-8")
#: What bounds nothing, of the options of connections that others open.
NO_LIMITS = {
    "allow_half_open",
    "idle_timeout_action",
    "instrument",
    "on_handler_error",
    "proxy_protocol",
    "proxy_trust",
    "tls",
    "tls_standard_compatible",
}
WORDS: Mapping[str, object] = {"none": None, "off": False, "on": True}


def rows_of_options(*classes: type[Options]) -> dict[str, object]:
    return {name: row.default for cls in classes for name, row in cls.rows.items()}


def keywords(function: Callable[..., object]) -> dict[str, object]:
    parameters = inspect.signature(function).parameters
    return {name: parameter.default for name, parameter in parameters.items()}


DEFAULTS: Mapping[str, Mapping[str, object]] = {
    "create_server": rows_of_options(
        ListenOptions, ServerOptions, ConnectionOptions, SocketOptions
    ),
    "connect": rows_of_options(ConnectOptions, ReconnectOptions),
    "LineStream": keywords(LineStream.__init__),
    "DelimitedStream": keywords(DelimitedStream.__init__),
    "LengthPrefixedStream": keywords(LengthPrefixedStream.__init__),
    "Outbox": keywords(anynet.Outbox.__init__),
    "Cluster": keywords(Cluster.__init__),
}


def rows(head: str) -> Iterator[list[str]]:
    """The cells of the table that has this head."""
    table = PAGE.partition(f"{head}\n")[2].partition("\n\n")[0]
    for line in table.splitlines()[1:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


def value_of(cell: str) -> object:
    """The value that a cell shows, its unit left out."""
    word = cell.split()[0]
    if word in WORDS:
        return WORDS[word]
    return word.strip('"') if word.startswith('"') else float(word)


OPTIONS = list(rows("| option | of | default | bounds |"))
FIXED = list(rows("| what | is at most | in `anynet/` |"))


@pytest.mark.parametrize(("name", "owner", "default", "bounds"), OPTIONS)
def test_the_default_of_an_option(name: str, owner: str, default: str, bounds: str) -> None:
    assert DEFAULTS[owner.strip("`")][name.strip("`")] == value_of(default)
    assert bounds


@pytest.mark.parametrize(("what", "most", "place"), FIXED)
def test_a_fixed_limit(what: str, most: str, place: str) -> None:
    match = re.fullmatch(r"`(.+)\.py`, `(\w+)`", place)
    assert match
    module: Any = importlib.import_module("anynet." + match[1].replace("/", "."))
    assert getattr(module, match[2]) == value_of(most)
    assert what


def test_no_limit_of_a_connection_is_left_out() -> None:
    named = {name.strip("`") for name, owner, *_ in OPTIONS if owner == "`create_server`"}
    known = set(ServerOptions.rows) | set(ConnectionOptions.rows)
    assert known - named == NO_LIMITS
