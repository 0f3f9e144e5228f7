"""How much of a server one address may have: its open connections, and how fast they come.

The rules that live here:

- An address is the peer's IPv4 address, or the /64 of its IPv6 address: a site gets at least that
  much (RFC 6177), so a single machine may have all of it. An IPv4 address mapped into IPv6 is that
  IPv4 address. Peers on Unix sockets have none: they are told apart, and let in, by the permissions
  of the path.
- A rate is a bucket of tokens for each address: every connection takes one, and `rate` of them come
  back a second, up to a second's worth and at least one. What is refused takes none, so a client
  that tries too often is served as often as one that keeps to the rate.
- What is kept must not grow with the number of addresses that ever came. A bucket that nothing was
  taken from for as long as an empty one needs to fill is full, like one that was never made. So the
  buckets are kept in two generations, that of this period and that of the last; the older is
  forgotten as a whole, at a constant cost for each connection.
"""

from __future__ import annotations

from collections.abc import Hashable

from anynet._rules.values.addresses import Address, SocketAddress, packed

_MAPPED_PREFIX = bytes(10) + b"\xff\xff"
_BYTES_OF_SITE = 8
#: How many buckets one generation may have. Who comes from more addresses than that within one
#: period is not stopped by a limit for each of them, and must not take the memory either.
MAX_BUCKETS = 65536


def address_key(remote: Address | None) -> bytes | None:
    """What stands for the address of a peer where connections are counted; None for none."""
    if not isinstance(remote, SocketAddress):
        return None
    number = packed(remote.address)
    if number is None or len(number) == 4:
        return number
    if number.startswith(_MAPPED_PREFIX):
        return number[len(_MAPPED_PREFIX) :]
    return number[:_BYTES_OF_SITE]


class TokenBuckets:
    """A bucket for each key, `rate` tokens a second; times are seconds of one monotonic clock."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._capacity = max(1.0, rate)
        #: Seconds in which an empty bucket fills.
        self._period = self._capacity / rate
        #: By the key, how many tokens there were and when.
        self._recent: dict[Hashable, tuple[float, float]] = {}
        self._older: dict[Hashable, tuple[float, float]] = {}
        self._began = float("-inf")

    def __len__(self) -> int:
        return len(self._recent) + len(self._older)

    def tokens(self, key: Hashable, now: float) -> float:
        """How many tokens the bucket has."""
        bucket = self._recent.get(key) or self._older.get(key)
        if bucket is None:
            return self._capacity
        tokens, at = bucket
        return min(self._capacity, tokens + (now - at) * self._rate)

    def take(self, key: Hashable, now: float) -> None:
        """Take a token, of which there must be one."""
        tokens = self.tokens(key, now) - 1
        if now - self._began >= self._period or len(self._recent) >= MAX_BUCKETS:
            over = now - self._began >= 2 * self._period
            self._older = {} if over else self._recent
            self._recent = {}
            self._began = now
        self._recent[key] = (tokens, now)


class AddressLimits:
    """Connections by address: how many are open, and whether one more may come.

    A limit of None is none. What has the key None is not counted.
    """

    def __init__(self, max_open: int | None, rate: float | None) -> None:
        self._max_open = max_open
        self._open: dict[bytes, int] = {}
        self._buckets = None if rate is None else TokenBuckets(rate)

    def is_full(self, key: bytes | None) -> bool:
        """Whether the address has as many connections as it may."""
        return (
            self._max_open is not None
            and key is not None
            and self._open.get(key, 0) >= self._max_open
        )

    def is_too_fast(self, key: bytes | None, now: float) -> bool:
        """Whether the next connection of the address comes too soon."""
        return self._buckets is not None and key is not None and self._buckets.tokens(key, now) < 1

    def admit(self, key: bytes | None, now: float) -> None:
        """A connection of the address is accepted; neither limit speaks against it."""
        if self._buckets is not None and key is not None:
            self._buckets.take(key, now)

    def opened(self, key: bytes | None) -> None:
        """A connection of the address is open from now on, until :meth:`closed`."""
        if self._max_open is not None and key is not None:
            self._open[key] = self._open.get(key, 0) + 1

    def closed(self, key: bytes | None) -> None:
        """A connection of the address has ended."""
        if self._max_open is not None and key is not None:
            left = self._open[key] - 1
            if left:
                self._open[key] = left
            else:
                del self._open[key]
