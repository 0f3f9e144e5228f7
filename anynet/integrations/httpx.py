"""httpx over anynet: ``httpx.AsyncClient(transport=Transport())``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from types import TracebackType

try:
    import httpcore
    import httpx
except ImportError as _error:
    raise ImportError(
        "anynet.integrations.httpx needs httpx: pip install 'anynet-toolkit[httpx]'"
    ) from _error

from anynet.integrations.httpcore import Network

__all__ = ["Transport"]


@contextmanager
def _raising_as_httpx() -> Iterator[None]:
    """Both name the errors of a transport alike: ``ReadTimeout`` is ``ReadTimeout``."""
    try:
        yield
    except Exception as error:
        name = type(error).__name__
        same = getattr(httpx, name, None) if getattr(httpcore, name, None) is type(error) else None
        if same is None:
            raise
        raise same(str(error)) from error


class Transport(httpx.AsyncBaseTransport):
    """A transport of httpx over a pool of httpcore's whose network is anynet.

    ``pool`` is that pool, closed with the transport: ``httpcore.AsyncConnectionPool(
    network_backend=anynet.integrations.httpcore.Network(), …)`` with HTTP/2, a proxy, a Unix path,
    limits, as httpcore has them. Without one it is a pool for HTTP/1.1 with httpx' own defaults.
    Errors are those of httpx.
    """

    def __init__(self, pool: httpcore.AsyncConnectionPool | None = None) -> None:
        if pool is None:
            pool = httpcore.AsyncConnectionPool(
                ssl_context=httpx.create_ssl_context(),
                max_connections=100,
                max_keepalive_connections=20,
                keepalive_expiry=5.0,
                network_backend=Network(),
            )
        self._pool = pool

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, for the client; its time limits are those of the client."""
        assert isinstance(request.stream, httpx.AsyncByteStream)
        with _raising_as_httpx():
            response = await self._pool.handle_async_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=request.url.raw_scheme,
                        host=request.url.raw_host,
                        port=request.url.port,
                        target=request.url.raw_path,
                    ),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Close the pool."""
        await self._pool.aclose()

    async def __aenter__(self) -> Transport:
        await self._pool.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        with _raising_as_httpx():
            await self._pool.__aexit__(exc_type, exc_value, traceback)


class _Body(httpx.AsyncByteStream):
    """The body of a response."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _raising_as_httpx():
            async for part in self._response.aiter_stream():
                yield part

    async def aclose(self) -> None:
        with _raising_as_httpx():
            await self._response.aclose()
