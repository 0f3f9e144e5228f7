"""OpenSSL's own client and server at the other end."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest

from anynet import node as net
from anynet.node import tls
from anynet.testing import unused_port
from tests.conformance.identities import ca, identity
from tests.node.server_traces import port_of

pytestmark = pytest.mark.anyio

PEM = Path(__file__).parents[2] / "conformance" / "certificates"
VERSIONS = pytest.mark.parametrize("version", ["tls1_2", "tls1_3"])


@VERSIONS
async def test_its_client_gets_back_what_it_sent(version: str) -> None:
    sent = os.urandom(1_500_000).hex().encode()
    async with net.runtime():
        server = tls.createServer(identity("server"), lambda c: c.pipe(c))
        server.listen(0, "127.0.0.1")
        await net.events.once(server, "listening")
        command: list[Any] = [
            *("openssl", "s_client", "-connect", f"127.0.0.1:{port_of(server)}", f"-{version}"),
            *("-CAfile", PEM / "authority-cert.pem", "-verify_return_error", "-quiet"),
            *("-servername", "localhost", "-verify_hostname", "localhost", "-no_ign_eof"),
        ]

        def talk() -> bytes:
            with subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            ) as process:
                assert process.stdin is not None and process.stdout is not None
                received = b""
                # In small parts: it stops reading what comes while it waits to write.
                for at in range(0, len(sent), 8192):
                    part = sent[at : at + 8192]
                    process.stdin.write(part)
                    process.stdin.flush()
                    received += process.stdout.read(len(part))
                process.stdin.close()
                return received + process.stdout.read()

        assert await anyio.to_thread.run_sync(talk) == sent
        server.close()


@VERSIONS
async def test_its_server_answers_our_client(version: str) -> None:
    port = unused_port()
    command: list[Any] = [
        *("openssl", "s_server", "-accept", f"127.0.0.1:{port}", f"-{version}", "-rev"),
        *("-cert", PEM / "server-cert.pem", "-key", PEM / "server-key.pem", "-alpn", "reversed"),
    ]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert process.stdout is not None
            while b"ACCEPT" not in await anyio.to_thread.run_sync(process.stdout.readline):
                pass
            received = b""
            async with net.runtime():
                client = tls.connect(
                    {
                        "port": port,
                        "host": "127.0.0.1",
                        "ca": ca,
                        "servername": "localhost",
                        "ALPNProtocols": ["other", "reversed"],
                    }
                )

                def on_data(data: bytes) -> None:
                    nonlocal received
                    received += data
                    if received.endswith(b"\n"):
                        client.end()

                client.on("data", on_data)
                client.write("stressed\n")
                await net.events.once(client, "secureConnect")
                assert client.authorized
                assert client.alpnProtocol == "reversed"
                assert client.getProtocol() == {"tls1_2": "TLSv1.2", "tls1_3": "TLSv1.3"}[version]
                await net.events.once(client, "close")
            assert received == b"desserts\n"
        finally:
            process.kill()
