"""Certificates as a program sees them, and whom they are for; whatever a peer has put into them."""

from __future__ import annotations

import ssl
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anynet.node import tls
from anynet.node._tls.certificate import describe
from tests.conformance.identities import pem

ALL = ("server", "rsa", "other", "authority", "client")
DER = {name: ssl.PEM_cert_to_DER_cert(pem(f"{name}-cert").decode()) for name in ALL}


@given(st.sampled_from(ALL), st.data())
def test_a_broken_certificate_is_a_value_error(name: str, data: st.DataObject) -> None:
    der = bytearray(DER[name])
    place = data.draw(st.integers(0, len(der) - 1))
    der[place : place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    with suppress(ValueError):
        describe(bytes(der))


@given(st.binary(max_size=200))
def test_no_bytes_are_anything_but_a_value_error(data: bytes) -> None:
    with suppress(ValueError):
        describe(data)


@pytest.mark.parametrize(
    ("host", "names", "fits"),
    [
        # A name that holds a comma comes in quotes, and is one name.
        ("good.test", 'DNS:"evil.test, DNS:good.test"', False),
        ("good.test", 'URI:"http://evil.test/, DNS:good.test"', False),
        ("good.test", 'DNS:"evil.test", DNS:good.test', True),
        ("127.0.0.1", 'DNS:"x, IP Address:127.0.0.1"', False),
        ("good.test", 'DNS:"broken, DNS:good.test', False),
        ("", "DNS:good.test", False),
        ("xn--b.good.test", "DNS:xn--*.good.test", False),
        ("a.good.test", "DNS:*.good.test.", True),
        ("a.b.good.test", "DNS:a.*.good.test", False),
        ("good.test\0.evil.test", "DNS:good.test", False),
    ],
)
def test_whom_a_certificate_is_for(host: str, names: str, fits: bool) -> None:
    error = tls.checkServerIdentity(host, {"subject": {}, "subjectaltname": names})
    assert (error is None) == fits


#: Repeated attributes, one of them UTF-16, names of every kind, access by several; and nothing.
ODD, BARE = (
    """\
-----BEGIN CERTIFICATE-----
MIICdzCCAf6gAwIBAgICEjQwCgYIKoZIzj0EAwIwNTEPMA0GA1UEAx4GAG8AZABk
MQowCAYDVQQLDAFhMQowCAYDVQQLDAFiMQowCAYDVQQLDAFjMCAXDTI0MDEwMjAw
MDAwMFoYDzIwNjAwMTAyMDAwMDAwWjA1MQ8wDQYDVQQDHgYAbwBkAGQxCjAIBgNV
BAsMAWExCjAIBgNVBAsMAWIxCjAIBgNVBAsMAWMwdjAQBgcqhkjOPQIBBgUrgQQA
IgNiAAQDCaNITEdub7/03An0k3lVhQlWivscCYpxT03i8c6KWGM+fR2EUElgeE9F
evTCsl961aqMMJw6OjTu/tD83oGmCmG/QOXcZbucT32IanfBFRyaHg/xPI+rqPuQ
edePrlyjgd4wgdsweQYDVR0RBHIwcIIJYS5leGFtcGxlgQNhQGKGEWh0dHA6Ly94
Lz9hLGInIlxjpDowODELMAkGA1UEBhMCREUxCzAJBgNVBAsMAnUxMQwwCgYDVQQL
DAN1KzIxDjAMBgNVBAMMBWQsIGlyiAMqAwSgCgYDKgMFoAMMAXgwXgYIKwYBBQUH
AQEEUjBQMBgGCCsGAQUFBzABhgxodHRwOi8vb2NzcC8wFgYIKwYBBQUHMAKGCmh0
dHA6Ly9jYS8wEgYIKwYBBQUHMAGCBm5vLnVyaTAIBgIqA4gCKgQwCgYIKoZIzj0E
AwIDZwAwZAIwH+Oh59n/RBzFzU83F+W1CCBIkXN90Hl1JqnlYv0mh7mceovmkRbr
ab9OU10vcuAOAjBpHyU4ACwOwmfRSWguFAmin2in61v4KTInBwMT8Ge5XIJ/OABU
n3HnUs5BiHeo0Cs=
-----END CERTIFICATE-----
""",
    """\
-----BEGIN CERTIFICATE-----
MIHNMIGAoAMCAQICAhI0MAUGAytlcDAPMQ0wCwYDVQQDDARiYXJlMCAXDTI0MDEw
MjAwMDAwMFoYDzIwNjAwMTAyMDAwMDAwWjAPMQ0wCwYDVQQDDARiYXJlMCowBQYD
K2VwAyEA+fI/S1kMGqqFc3gWwFb2m7jZk0R9C2OONZUaXPUOaakwBQYDK2VwA0EA
zG+mPym07jRnOmt8g7tCTNX/hE2SIiRLOQE2/vMCrzzZ9NS9f6ApZA9teTY9X1zt
FXZ3fZFRVVvrqyKn49LTAg==
-----END CERTIFICATE-----
""",
)


def test_a_certificate_of_everything_is_as_node_shows_it() -> None:
    described = describe(ssl.PEM_cert_to_DER_cert(ODD))
    assert described["subject"] == described["issuer"] == {"CN": "odd", "OU": ["a", "b", "c"]}
    assert described["subjectaltname"] == (
        r"""DNS:a.example, email:a@b, URI:"http://x/?a\u002cb'\"\\c", """
        r"""DirName:"CN=d\\\u002c ir\u002cOU=u\\+2\u002cOU=u1\u002cC=DE", """
        r"""Registered ID:1.2.3.4, othername:<unsupported>"""
    )
    assert described["infoAccess"] == {
        "OCSP - URI": ["http://ocsp/"],
        "CA Issuers - URI": ["http://ca/"],
        "OCSP - DNS": ["no.uri"],
        "1.2.3 - Registered ID": ["1.2.4"],
    }
    key = [described[name] for name in ("bits", "asn1Curve", "nistCurve")]
    assert key == [384, "secp384r1", "P-384"]
    bare = describe(ssl.PEM_cert_to_DER_cert(BARE))
    fingerprints = {"fingerprint", "fingerprint256", "fingerprint512"}
    assert {name: bare[name] for name in bare.keys() - fingerprints - {"raw"}} == {
        "subject": {"CN": "bare"},
        "issuer": {"CN": "bare"},
        "ca": False,
        "valid_from": "Jan  2 00:00:00 2024 GMT",
        "valid_to": "Jan  2 00:00:00 2060 GMT",
        "serialNumber": "1234",
    }
