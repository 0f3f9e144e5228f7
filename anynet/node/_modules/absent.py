"""What of Node is not here, and where a program finds it in Python.

Rules that live here: an absent module of Node is an :exc:`ImportError` that says where to look, and
so is an absent member of a module that is here in part. Anything else that a module does not have
is an :exc:`AttributeError`, as in any module.
"""

from __future__ import annotations

import sys
from typing import Final

_PAGE: Final = "Node's other modules, in the documentation"

#: The modules of Node that are not here, and what stands for them.
ABSENT: Final[dict[str, str]] = {
    "async_hooks": "contextvars",
    "buffer": "bytes, bytearray and memoryview",
    "console": "print and logging",
    "constants": "errno, signal, socket and os",
    "crypto": "hashlib, hmac, secrets, or the package cryptography",
    "dgram": "anyio.create_udp_socket",
    "diagnostics_channel": "logging",
    "domain": "an exception handler, or an EventEmitter of its own",
    "fs": "open, pathlib and anyio.Path",
    "http": "the packages httpx, h11 or aiohttp",
    "http2": "the packages httpx or h2",
    "https": "the packages httpx or aiohttp",
    "inspector": "pdb",
    "module": "importlib",
    "os": "os and platform",
    "path": "os.path and pathlib",
    "perf_hooks": "time.perf_counter",
    "punycode": "the package idna",
    "querystring": "urllib.parse",
    "repl": "code",
    "sqlite": "sqlite3",
    "string_decoder": "codecs.getincrementaldecoder, or setEncoding() of a stream",
    "test": "pytest",
    "timers": "setTimeout and its like, which are in anynet.node itself",
    "trace_events": "logging",
    "tty": "process.stdin.isTTY, process.stdout.isTTY, and termios",
    "url": "urllib.parse",
    "v8": "sys, gc and pickle",
    "vm": "exec",
    "wasi": "the package wasmtime",
    "zlib": "zlib, gzip and bz2",
}

_DNS: Final = """
    ADDRGETNETWORKPARAMS BADFAMILY BADFLAGS BADHINTS BADNAME BADQUERY BADRESP BADSTR
    CANCELLED CONNREFUSED DESTRUCTION EOF FILE FORMERR LOADIPHLPAPI NODATA NOMEM NONAME
    NOTFOUND NOTIMP NOTINITIALIZED REFUSED Resolver SERVFAIL TIMEOUT getDefaultResultOrder
    getServers lookupService resolve resolve4 resolve6 resolveAny resolveCaa resolveCname
    resolveMx resolveNaptr resolveNs resolvePtr resolveSoa resolveSrv resolveTlsa resolveTxt
    reverse setDefaultResultOrder setServers
"""
_READLINE: Final = "clearLine clearScreenDown cursorTo emitKeypressEvents moveCursor promises"
_STREAM: Final = "compose duplexPair"
_UTIL: Final = """
    MIMEParams MIMEType TextDecoder TextEncoder aborted callbackify
    convertProcessSignalToExitCode debounce debug debuglog deprecate diff format
    formatWithOptions getCallSites getSystemErrorMap getSystemErrorMessage
    getSystemErrorName inherits inspect isArray isDeepStrictEqual isPartialDeepStrictEqual
    parseArgs parseEnv setTraceSigInt stripVTControlCharacters styleText throttle
    toUSVString transferableAbortController transferableAbortSignal types
"""
#: What Node has in the modules that are here in part.
_ABSENT_MEMBERS: Final = {
    "dns": frozenset(_DNS.split()),
    "readline": frozenset(_READLINE.split()),
    "stream": frozenset(_STREAM.split()),
    "util": frozenset(_UTIL.split()),
}


def absent_module(name: str) -> Exception:
    """The error for a name that ``anynet.node`` does not have."""
    if name in ABSENT:
        return ImportError(
            f"anynet.node has no module {name!r}; in Python use {ABSENT[name]} (see {_PAGE})",
            name=f"anynet.node.{name}",
        )
    return AttributeError(f"module 'anynet.node' has no attribute {name!r}")


def absent_member(module: str, name: str) -> Exception:
    """The error for a name that a module which is here in part does not have."""
    where = f"anynet.node.{module}"
    if name not in _ABSENT_MEMBERS[module]:
        return AttributeError(f"module {where!r} has no attribute {name!r}")
    there = ", ".join(sys.modules[where].__all__)
    return ImportError(f"{where} has only {there}, and not {name!r} (see {_PAGE})", name=where)
