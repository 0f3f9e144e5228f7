"""A certificate for the TLS servers: made for a run, trusted by nobody else."""

from __future__ import annotations

from pathlib import Path

import trustme


def make_certificate(directory: Path) -> Path:
    """Write a certificate for localhost and its key (ECDSA, P-256) to one file; returns that."""
    issued = trustme.CA().issue_cert("localhost", key_type=trustme.KeyType.ECDSA)
    path = directory / "certificate.pem"
    issued.private_key_and_cert_chain_pem.write_to_path(str(path))
    return path
