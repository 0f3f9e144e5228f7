"""A TLS server and two clients, one of which rightly distrusts it. Needs `pip install trustme`."""

from __future__ import annotations

import argparse
import ssl

import anyio
import trustme

import anynet


async def greet(socket: anynet.Socket) -> None:
    # The handshake was done before, in this connection's task and with a time limit.
    name = await socket.receive()
    await socket.send(b"hello, " + name)


async def main() -> None:
    # A real server has a certificate of an authority that everybody knows, and gets it by
    # `load_cert_chain("certificate.pem", "key.pem")` on its context.
    authority = trustme.CA()
    server_context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(server_context)

    # A client of such a server just says `tls=True`; ours has to know our own authority.
    client_context = ssl.create_default_context()
    authority.configure_trust(client_context)

    async with anynet.create_server(
        greet, host="localhost", port=0, tls=server_context, tls_handshake_timeout=5
    ) as server:
        assert isinstance(server.address, anynet.SocketAddress)
        port = server.address.port
        async with anynet.connect("localhost", port, tls=client_context) as socket:
            await socket.send(b"world")
            print((await socket.receive()).decode())
        try:
            await anynet.connect("localhost", port, tls=True)
        except ssl.SSLCertVerificationError as error:
            print(f"distrusted: {error.verify_message}")
    print(f"handshakes that failed: {server.statistics().tls_failures}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    anyio.run(main, backend=parser.parse_args().backend)
