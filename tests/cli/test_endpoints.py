"""How endpoints are written, and what is said of what is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from anynet.cli.endpoints import Endpoint, parse_endpoint
from tests.cli.commands import command_here

ENDPOINTS: list[tuple[str, dict[str, Any], dict[str, Any] | None]] = [
    # The text, as keywords of create_server, as those of connect.
    ("tcp://host:80", {"host": "host", "port": 80}, {"host": "host", "port": 80}),
    ("host:80", {"host": "host", "port": 80}, {"host": "host", "port": 80}),
    (":80", {"host": None, "port": 80}, {"host": "localhost", "port": 80}),
    ("tls://:443", {"host": None, "port": 443}, {"host": "localhost", "port": 443}),
    ("[::1]:80", {"host": "::1", "port": 80}, {"host": "::1", "port": 80}),
    ("tcp://[fe80::1%1]:8", {"host": "fe80::1%1", "port": 8}, {"host": "fe80::1%1", "port": 8}),
    ("192.0.2.1:65535", {"host": "192.0.2.1", "port": 65535}, {"host": "192.0.2.1", "port": 65535}),
    ("unix:/run/a b", {"path": "/run/a b"}, {"path": "/run/a b"}),
    ("unix:rel:ative", {"path": "rel:ative"}, {"path": "rel:ative"}),
    ("unix:@name", {"path": "\0name"}, {"path": "\0name"}),
    ("unix:./@name", {"path": "./@name"}, {"path": "./@name"}),
    ("fd:3", {"fd": 3}, None),
    ("systemd:web", {"systemd": "web"}, None),
    ("systemd:", {"systemd": True}, None),
]


@pytest.mark.parametrize(("text", "listen", "connect"), ENDPOINTS, ids=[e[0] for e in ENDPOINTS])
def test_an_endpoint(text: str, listen: dict[str, Any], connect: dict[str, Any] | None) -> None:
    endpoint = parse_endpoint(text)
    assert endpoint.to_listen() == listen
    if connect is not None:
        assert endpoint.to_connect() == connect
    assert endpoint.tls is text.startswith("tls:")
    assert parse_endpoint(str(endpoint)) == endpoint


NONE = [
    ("80", "a port alone is written :80"),
    ("/run/app.sock", "a Unix socket is written unix:/run/app.sock"),
    ("@name", "unix:@name"),
    ("example.com", "it has no port, as in example.com:443"),
    ("192.0.2.1", "it has no port"),
    ("::1", "as in [::1]:443"),
    ("tpc://host:80", "did you mean tcp://?"),
    ("https://host:80", "did you mean tls://?"),
    ("gopher://host:80", "tcp and tls do"),
    ("unx:/path", "did you mean unix:/path?"),
    ("tls://host:http", "the port is a number, as in host:443"),
    ("[::1]:", "the port is a number, as in [::1]:443"),
    ("::1:80", "[::1]:80, or [::1:80]:443"),
    ("host:65536", "at most 65535"),
    ("[host]:80", "in brackets stands an IPv6 address"),
    ("a b:80", "can be no name"),
    (f"{'a' * 300}:80", "can be no name"),
    ("host:٣", "is no endpoint"),
    ("unix:", "needs a path"),
    ("unix:@", "needs a path"),
    ("fd:x", "as in fd:3"),
    ("fd:٣", "as in fd:3"),
    ("", "is no endpoint"),
    ("tcp://", "is no endpoint"),
    ("tls://host", "it has no port"),
]


@pytest.mark.parametrize(("text", "said"), NONE, ids=[each[0][:20] for each in NONE])
def test_what_is_none_is_answered_by_what_would_be_one(text: str, said: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_endpoint(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_shown_as_it_is_written() -> None:
    assert str(Endpoint(kind="tcp", host="::1", port=8, tls=True)) == "tls://[::1]:8"


USAGE = [
    (("connect", "80"), "a port alone is written :80"),
    (("connect", ":0"), "port 0 cannot be connected to"),
    (("connect", "systemd:web"), "can only be listened on"),
    (("connect", ":1", "--ca", __file__), "--ca is for --tls, which is off"),
    (("connect", "tls://:1", "--insecure", "--ca", __file__), "exclude each other"),
    (("connect", "tls://:1", "--ca", "/nowhere"), "--ca"),
    (("connect", "tls://:1", "--key", __file__), "--key needs --cert"),
    (("connect", "tls://:1", "--cert", __file__), "--cert"),
    (("connect", ":1", "-4", "-6"), "-4 and -6 exclude each other"),
    (("connect", ":1", "-v", "-q"), "-v and -q exclude each other"),
    (("connect", ":1", "--source", "here"), "--source 'here' is no address"),
    (("connect", ":1", "--proxy-source", "192.0.2.1:1"), "--proxy-protocol, which is off"),
    (("connect", ":1", "--proxy-protocol", "2", "--proxy-source", "x"), "--proxy-source 'x'"),
    (("connect", ":1", "--idle-timeout", "0"), "--idle-timeout"),
    (("connect", ":1", "--idle-timeout", "nan"), "--idle-timeout"),
    (("connect", ":1", "--exec", "a", "--shell", "b"), "exclude each other"),
    (("connect", ":1", "--exec", "'"), "--exec"),
    (("connect", ":1", "--exec", "a", "--lines"), "--lines is for stdin"),
    (("connect", ":1", "--hexdmp"), "--hexdump"),
    (("listen", ":1", "--max-connections", "2"), "--keep-open, which is off"),
    (("listen", ":1", "--allow", "10.0.0.0/33"), "--allow '10.0.0.0/33' is no network"),
    (("listen", ":1", "--proxy-protocol", "require"), "needs --proxy-trust"),
    (("listen", ":1", "--proxy-trust", "10.0.0.1"), "--proxy-protocol, which is off"),
    (("listen", "tls://:1"), "--tls needs --cert"),
    (("listen", ":1", "--cert", __file__), "--cert is for --tls, which is off"),
    (("relay", ":1"), "CONNECT"),
    (("relay", ":1", "fd:3"), "cannot be the target"),
    (("relay", "tls://:1", ":2"), "needs --cert"),
    (("serve", "a:b", "--bind", ":1", "--host", "x"), "--host and --bind exclude each other"),
    (("serve", "a:b", "--bind", "tls://:1", "--bind", ":2"), "--tls is for all"),
    (("send", "/nowhere", ":1"), "/nowhere"),
    (("recv", ":1", "--directory", "/nowhere"), "/nowhere"),
    (("check", "fd:3"), "nothing to check"),
    (("conect", ":1"), "Did you mean connect?"),
]


@pytest.mark.parametrize(("arguments", "said"), USAGE, ids=[" ".join(e[0]) for e in USAGE])
def test_bad_usage_is_a_line_that_names_the_option(arguments: tuple[str, ...], said: str) -> None:
    result = command_here(*arguments)
    assert result.returncode in (1, 2)  # 1: what is in a file is wrong.
    assert (result.stdout, result.stderr.count("\n")) == ("", 1)
    assert said in result.stderr


def test_the_shell_completes_endpoints_options_and_paths(tmp_path: Path) -> None:
    (tmp_path / "directory").mkdir()
    (tmp_path / "file").touch()

    def completed(*words: str) -> list[str]:
        environment = {
            **os.environ,
            "_ANYNET_COMPLETE": "bash_complete",
            "COMP_WORDS": " ".join(("anynet", *words)),
            "COMP_CWORD": str(len(words)),
        }
        command = [sys.executable, "-m", "anynet"]
        shown = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return shown.stdout.splitlines()

    offered = completed("connect", f"unix:{tmp_path}/")
    assert offered == [f"plain,unix:{tmp_path}/directory/"]
    assert "plain,--hexdump" in completed("connect", "--h")
