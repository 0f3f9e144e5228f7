"""A warning where an option looks misspelt.

Rules that live here: JavaScript ignores an option that it does not know, and so does this adapter,
since programs hand one object of options from call to call. But one that is a single edit away from
an option that the call knows, and was not given, is probably a mistake; so is one that differs from
it in capitals or underscores alone. An option that Node's ``tls``, ``http``, ``net``, ``stream`` or
``readline`` knows is none, and nothing can be said of edits of very short names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from anynet.node._errors.caller import warn_caller

#: One edit makes any two letters of any other: ``id`` is no misspelt ``fd``.
_SHORTEST: Final = 4

#: What else Node knows, and programs pass along.
_NAMES: Final = """
    ALPNCallback ALPNProtocols IncomingMessage SNICallback ServerResponse _handle agent
    agentKeepAliveTimeoutBuffer allowHalfOpen allowPartialTrustChain auth autoDestroy
    autoSelectFamily autoSelectFamilyAttemptTimeout backlog blockList ca captureRejections cert
    certificateCompression checkServerIdentity ciphers clientCertEngine completer
    connectionsCheckingInterval construct createConnection crl crlfDelay decodeStrings
    defaultEncoding defaultPort destroy dhparam ecdhCurve emitClose enableTrace encoding
    escapeCodeTimeout exclusive family fd final flush handle handshakeTimeout headers headersTimeout
    highWaterMark hints history historySize honorCipherOrder host hostname href input
    insecureHTTPParser ipv6Only isServer joinDuplicateHeaders keepAlive keepAliveInitialDelay
    keepAliveMsecs keepAliveTimeout keepAliveTimeoutBuffer key localAddress localPort lookup
    manualStart maxCachedSessions maxFreeSockets maxHeaderSize maxHeadersCount maxRequestsPerSocket
    maxSockets maxTotalSockets maxVersion method minDHSize minVersion noDelay objectMode onread
    optimizeEmptyRequests output passphrase path pauseOnConnect pfx port privateKeyEngine
    privateKeyIdentifier prompt protocol proxyEnv pskCallback pskIdentityHint read readable
    readableAll readableHighWaterMark readableObjectMode rejectNonStandardBodyWrites
    rejectUnauthorized removeHistoryDuplicates requestCert requestOCSP requestTimeout
    requireHostHeader reusePort scheduling secureContext secureOptions secureProtocol server
    servername session sessionIdContext sessionTimeout setDefaultHeaders setHost
    shouldUpgradeCallback sigalgs signal socket socketPath tabSize terminal ticketKeys timeout
    transform typeOfService uniqueHeaders writable writableAll writableHighWaterMark
    writableObjectMode write writev
"""
_ELSEWHERE: Final = frozenset(_NAMES.split())


class OptionWarning(RuntimeWarning):
    """An option that the call does not know, and that looks like one that it does.

    ``option`` is the name that was given, ``meant`` the one that is known.
    """

    def __init__(self, option: str, meant: str) -> None:
        super().__init__(f"The option '{option}' is unknown and ignored: is '{meant}' meant?")
        self.option = option
        self.meant = meant


def warn_of_misspelt(options: Mapping[Any, object], known: frozenset[str]) -> None:
    """Warn for each option that is not known and looks like one that is, and is not given."""
    if options.keys() <= known:
        return
    for option in options:
        if isinstance(option, str) and option not in known and option not in _ELSEWHERE:
            for meant in sorted(known - options.keys()):
                if looks_like(option, meant):
                    warn_caller(OptionWarning(option, meant))
                    break


def looks_like(option: str, meant: str) -> bool:
    """Whether one may be meant for the other."""
    if _letters(option) == _letters(meant):
        return True
    return len(meant) >= _SHORTEST and is_one_edit(option, meant)


def _letters(name: str) -> str:
    return name.replace("_", "").lower()


def is_one_edit(one: str, other: str) -> bool:
    """Whether they differ by one letter more, less or another, or by two that changed places."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, others = one[start:], other[start:]
    swapped = len(rest) == len(others) > 1 and rest[1::-1] + rest[2:] == others
    return swapped or rest[1:] in (others, others[1:]) or rest == others[1:]
