"""Ciphers: the default ones, and what they are called by whom.

Rules that live here: a list of Node's names those of TLS 1.3 (``TLS_…``) beside older ones. A list
of those alone rules older versions out; a list without them leaves them as they are. Python has no
way to choose among those of TLS 1.3, so a list that leaves one of them out is refused.
"""

from __future__ import annotations

import ssl
from functools import cache

from anynet.node._tls.errors import not_available

_NEWEST = ("TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256")

DEFAULT_CIPHERS = ":".join(
    (
        *_NEWEST,
        "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "DHE-RSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES128-SHA256",
        "DHE-RSA-AES128-SHA256",
        "ECDHE-RSA-AES256-SHA384",
        "DHE-RSA-AES256-SHA384",
        "ECDHE-RSA-AES256-SHA256",
        "DHE-RSA-AES256-SHA256",
        "HIGH",
        *("!aNULL", "!eNULL", "!EXPORT", "!DES", "!RC4", "!MD5", "!PSK", "!SRP", "!CAMELLIA"),
    )
)
#: In names of OpenSSL, how keys are exchanged and who signs; without one RSA does both.
_EXCHANGES = ("ECDHE-ECDSA", "ECDHE-RSA", "DHE-RSA")


def split_ciphers(ciphers: str) -> str | None:
    """The list for versions up to 1.2; None if only TLS 1.3 is to be spoken.

    Raises ``ERR_FEATURE_UNAVAILABLE_ON_PLATFORM`` if not all of those for 1.3 are in it.
    """
    names = [each for each in ciphers.split(":") if each]
    newest = {each for each in names if each.startswith("TLS_")}
    older = ":".join(each for each in names if not each.startswith("TLS_"))
    if newest and not newest.issuperset(_NEWEST):
        raise not_available("a choice of TLS 1.3 ciphers")
    return older or (None if newest else "")


def standard_name(name: str) -> str:
    """IANA's name of a cipher that OpenSSL calls ``name``."""
    if name.startswith("TLS_"):
        return name
    exchange = next((each for each in _EXCHANGES if name.startswith(each + "-")), "")
    rest = name.removeprefix(exchange + "-") if exchange else name
    if rest.endswith("CHACHA20-POLY1305"):
        cipher = "CHACHA20_POLY1305_SHA256"
    else:
        cipher, _, digest = (
            rest.replace("AES128", "AES_128").replace("AES256", "AES_256").rpartition("-")
        )
        cipher = cipher.replace("-", "_")
        if not cipher.endswith(("GCM", "CCM", "CCM8")):
            cipher += "_CBC"
        cipher = f"{cipher}_{digest}"
    return f"TLS_{(exchange or 'RSA').replace('-', '_')}_WITH_{cipher}"


@cache
def _supported() -> tuple[str, ...]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("ALL")
    return tuple(sorted({each["name"].lower() for each in context.get_ciphers()}))


def getCiphers() -> list[str]:
    """The names of all ciphers that OpenSSL knows, in lower case."""
    return list(_supported())
