"""Fetches a URL with httpx over anynet: HTTP/1.1 or 2, by a proxy (HTTP or SOCKS 5), a Unix path.

Needs `anynet-toolkit[httpx]`; HTTP/2 and SOCKS need what httpx needs for them, which
`httpx[http2,socks]` installs.
"""

from __future__ import annotations

import argparse

import anyio
import httpcore
import httpx

from anynet.integrations.httpcore import Network
from anynet.integrations.httpx import Transport


async def main(url: str, proxy: str | None, path: str | None, http2: bool) -> None:
    pool = httpcore.AsyncConnectionPool(
        network_backend=Network(),
        ssl_context=httpx.create_ssl_context(),
        http2=http2,
        proxy=None if proxy is None else httpcore.Proxy(proxy),
        uds=path,
    )
    async with httpx.AsyncClient(transport=Transport(pool), timeout=10) as client:
        response = await client.get(url)
        print(f"{response.http_version} {response.status_code}")
        print(response.text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--proxy", metavar="URL")
    parser.add_argument("--path", help="of a Unix socket")
    parser.add_argument("--http2", action="store_true")
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    options = parser.parse_args()
    arguments = (options.url, options.proxy, options.path, options.http2)
    anyio.run(main, *arguments, backend=options.backend)
