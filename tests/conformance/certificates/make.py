"""Makes the certificates of the TLS pairs anew: `python -m tests.conformance.certificates.make`.

They are kept beside this file, since the halves of a pair and its trace must see the same ones.
All keys are for tests alone. What is valid is so until the year 2120.
"""

from __future__ import annotations

import datetime
import ipaddress
from pathlib import Path

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HERE = Path(__file__).parent
BEGIN = datetime.datetime(2020, 1, 1)
LOCAL = ("localhost",)
LOOPBACK = ("127.0.0.1", "::1")
END = datetime.datetime(2120, 1, 1)


@attrs.frozen
class Issued:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def key_pem(self, passphrase: bytes | None = None) -> bytes:
        protection = (
            serialization.NoEncryption()
            if passphrase is None
            else serialization.BestAvailableEncryption(passphrase)
        )
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection
        )


def issue(
    name: str,
    issuer: Issued | None = None,
    *,
    names: tuple[str, ...] = (),
    authority: bool = False,
    end: datetime.datetime = END,
    usage: x509.ObjectIdentifier | None = None,
    use_rsa: bool = False,
) -> Issued:
    """A certificate for ``name``, by ``issuer`` or by itself."""
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = (
        rsa.generate_private_key(65537, 2048)
        if use_rsa
        else ec.generate_private_key(ec.SECP256R1())
    )
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CH"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tests"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if names:
        general: list[x509.GeneralName] = [x509.DNSName(each) for each in names]
        if names == LOCAL:
            general += [x509.IPAddress(ipaddress.ip_address(each)) for each in LOOPBACK]
        builder = builder.add_extension(x509.SubjectAlternativeName(general), critical=False)
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    signer = key if issuer is None else issuer.key
    return Issued(builder.sign(signer, hashes.SHA256()), key)


def main() -> None:
    """Write all of them."""
    server, client = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
    authority = issue("Authority", authority=True)
    intermediate = issue("Intermediate", authority, authority=True)
    made = {
        "authority": authority,
        "intermediate": intermediate,
        "server": issue("localhost", authority, usage=server, names=LOCAL),
        "rsa": issue("localhost", authority, usage=server, use_rsa=True, names=LOCAL),
        "other": issue("other.test", authority, names=("other.test", "*.wild.test"), usage=server),
        "expired": issue(
            "localhost", authority, usage=server, end=datetime.datetime(2021, 1, 1), names=LOCAL
        ),
        "selfsigned": issue("localhost", names=LOCAL),
        "below": issue("localhost", intermediate, usage=server, names=LOCAL),
        "client": issue("client", authority, usage=client),
        "stranger": issue("stranger", usage=client),
    }
    for name, issued in made.items():
        (HERE / f"{name}-cert.pem").write_bytes(issued.pem())
        (HERE / f"{name}-key.pem").write_bytes(issued.key_pem())
    (HERE / "server-locked-key.pem").write_bytes(made["server"].key_pem(b"sesame"))


if __name__ == "__main__":
    main()
