"""What is wrong with a key or a certificate is reported by the call, whatever is given beside it."""

# rows: l.context l.errors l.server
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet.node import tls
from tests.conformance.identities import ca, identity, pem
from tests.conformance.tracing import log, run

CERT, KEY = identity("server").values()
RSA_CERT, RSA_KEY = identity("rsa").values()
LOCKED = pem("server-locked-key")


def part(text: bytes, size: int = 100) -> str:
    return text.decode()[:size]


def pem_of(kind: str, text: str) -> str:
    return f"-----BEGIN {kind}-----\n{text}\n-----END {kind}-----\n"


CASES: dict[str, dict[str, Any]] = {
    "key alone": {"key": KEY},
    "certificate alone": {"cert": CERT},
    "garbage as key": {"key": "x"},
    "garbage as key, bytes": {"key": bytes([255, 0, 1]), "cert": CERT},
    "garbage among keys": {"cert": CERT, "key": [KEY, "x"]},
    "garbage among certificates": {"cert": [CERT, "x"], "key": KEY},
    "garbage as both": {"cert": "x", "key": "y"},
    "garbage in a key": {"cert": CERT, "key": pem_of("PRIVATE KEY", "AAAA")},
    "part of a key": {"cert": CERT, "key": part(KEY)},
    "part of a certificate": {"cert": part(CERT), "key": KEY},
    "part of a certificate alone": {"cert": part(CERT)},
    "part of a chain": {"cert": CERT.decode() + part(ca, 60), "key": KEY},
    "no base64": {"cert": pem_of("CERTIFICATE", "!!!!")},
    "a word before": {"cert": "ü" + CERT.decode(), "key": KEY},
    "a line before": {"cert": "ü\n" + CERT.decode(), "key": KEY},
    "words behind": {"cert": CERT + b"words", "key": KEY + b"words"},
    "certificate as key": {"cert": CERT, "key": CERT},
    "key as certificate": {"cert": KEY},
    "another key": {"cert": CERT, "key": pem("other-key")},
    "another key behind": {"cert": CERT, "key": [KEY, pem("other-key")]},
    "another key before": {"cert": CERT, "key": [pem("other-key"), KEY]},
    "the last certificate": {"cert": [pem("other-cert"), CERT], "key": KEY},
    "not the last": {"cert": [CERT, pem("other-cert")], "key": KEY},
    "key of another kind": {"cert": CERT, "key": RSA_KEY},
    "of two kinds": {"cert": [RSA_CERT, CERT], "key": [KEY, RSA_KEY]},
    "locked, alone": {"key": LOCKED},
    "wrong passphrase, alone": {"key": LOCKED, "passphrase": "x"},
    "passphrase, alone": {"key": LOCKED, "passphrase": "sesame"},
    "passphrase without need": {"key": KEY, "passphrase": "x"},
    "type of passphrase": {"key": KEY, "passphrase": 5},
    "type of its passphrase": {"key": [{"pem": KEY, "passphrase": 5}]},
    "passphrase without key": {"passphrase": 5},
    "empty": {"key": "", "cert": "", "ca": ""},
    "empty lists": {"key": [], "cert": [], "ca": []},
    "falsy": {"key": False, "cert": 0},
    "falsy in a list": {"key": [False]},
    "object as certificate": {"cert": {}},
    "object as key": {"key": {}},
    "object among keys": {"key": [{}]},
    "object among authorities": {"ca": [{}]},
    "part of an authority": {"ca": part(ca)},
    "key as authority": {"ca": KEY},
    "garbage behind an authority": {"ca": ca.decode() + pem_of("CERTIFICATE", "AAAA")},
}


def outcome(make: Callable[[], Any]) -> str:
    try:
        made = make()
        if isinstance(made, tls.TLSSocket):
            made.on("error", lambda: None).destroy()
        return "fine"
    except Exception as error:
        found: Any = error
        return f"{found.code} {found.name} {getattr(found, 'reason', None) or found.message}"


def compare(label: str, options: dict[str, Any]) -> None:
    found = outcome(lambda: tls.createSecureContext(options))
    log(label, found)
    calls: dict[str, Callable[[], Any]] = {
        "createServer": lambda: tls.createServer(options),
        "connect": lambda: tls.connect({"port": 1, **options}),
        "TLSSocket": lambda: tls.TLSSocket(None, options),
        "addContext": lambda: tls.createServer().addContext("x", options),
        "setSecureContext": lambda: tls.createServer().setSecureContext(options),
    }
    for name, call in calls.items():
        if outcome(call) != found:
            log(name, outcome(call))


def main() -> None:
    for label, options in CASES.items():
        compare(label, options)


run(main)
