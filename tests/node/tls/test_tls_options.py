"""What the options of TLS may be, and names of ciphers, row by row."""

from __future__ import annotations

import ssl
from typing import Any

import pytest

from anynet.node._errors.errors import NodeError
from anynet.node._tls.ciphers import standard_name
from anynet.node._tls.context import createSecureContext
from anynet.node._tls.errors import ssl_error
from anynet.node._tls.options import tls_settings

UNAVAILABLE = "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"ALPNProtocols": "h2"}, "ERR_INVALID_ARG_TYPE"),
        ({"ALPNProtocols": ["h2", ""]}, "ERR_INVALID_ARG_VALUE"),
        ({"ALPNProtocols": ["caf\xe9"]}, UNAVAILABLE),
        ({"ALPNProtocols": ["x" * 256]}, "ERR_OUT_OF_RANGE"),
        ({"secureContext": 5}, "ERR_INVALID_ARG_TYPE"),
        ({"SNICallback": 5}, "ERR_INVALID_ARG_TYPE"),
        ({"servername": 5}, "ERR_INVALID_ARG_TYPE"),
        ({"handshakeTimeout": "5"}, "ERR_INVALID_ARG_TYPE"),
        ({"requestOCSP": True}, UNAVAILABLE),
    ],
)
def test_it_is_refused(options: dict[str, Any], code: str) -> None:
    with pytest.raises(NodeError) as raised:
        tls_settings(options)
    assert raised.value.code == code


def test_it_is_taken() -> None:
    context = createSecureContext({"honorCipherOrder": False, "maxVersion": "TLSv1.2"})
    settings = tls_settings({"secureContext": context, "ALPNProtocols": [b"h2", "http/1.1"]})
    assert settings.context is context
    assert settings.protocols == ("h2", "http/1.1")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"),
        ("AES128-SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"),
        ("ECDHE-RSA-AES256-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"),
        ("ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
        ("DHE-RSA-CHACHA20-POLY1305", "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
    ],
)
def test_the_standard_names_of_ciphers(name: str, expected: str) -> None:
    assert standard_name(name) == expected


@pytest.mark.parametrize("form", ["sslv3 alert", "ssl/tls alert"])
def test_alerts_have_the_names_that_openssl_gives_them_now(form: str) -> None:
    error = ssl_error(ssl.SSLError(1, f"[SSL: WHATEVER] {form} bad certificate (_ssl.c:1000)"))
    assert error.code == "ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE"
    assert "ssl/tls alert bad certificate" in error.message
