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
