"""Certificates and keys of the TLS pairs: the twin of ``identities.js``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

PEM_FILES = Path(__file__).parent / "certificates"


def pem(file: str) -> bytes:
    """The text of a certificate or a key."""
    return (PEM_FILES / f"{file}.pem").read_bytes()


def identity(name: str) -> dict[str, bytes]:
    """Whose certificate it is, as options: ``cert`` and ``key``."""
    return {"cert": pem(f"{name}-cert"), "key": pem(f"{name}-key")}


ca = pem("authority-cert")


def listen(server: Any, then: Callable[[int], object]) -> None:
    """Listen on a free port and call with it."""
    server.listen(0, "127.0.0.1", lambda: then(server.address()["port"]))


def brief(error: Any) -> str:
    """An error of OpenSSL without what depends on its version: where in its code it happened."""
    if error is None:
        return "none"
    library, reason = getattr(error, "library", None), getattr(error, "reason", None)
    return f"{error.code} {library or '-'} {reason or '-'}"
