"""Resolving a name as ``connect`` does, for programs: mostly for resolvers of their own."""

from __future__ import annotations

from anyio.lowlevel import checkpoint

from anynet._rules.checks import check_choice, check_host
from anynet._rules.values.addresses import FAMILIES, Family, is_ip, zoned
from anynet._transport.network.network import current_network


async def resolve(host: str, family: Family | None = None) -> list[str]:
    """The IP addresses of a host, in the order in which to try them, each once.

    It is a :class:`Resolver`, the one of :func:`connect` and of servers that are given none; so a
    resolver of a program's own can ask it for what it does not know itself. An address is returned
    as it is; ``localhost`` and the names below it are the loopback addresses that this machine
    has. Any other name is asked of the system, in a thread; who ask the same at a time, share one
    look-up. ``family`` (``"ipv4"`` or ``"ipv6"``) is the one that is wanted, None means both.

    Raises :exc:`socket.gaierror` if there is no such address, and at once, with EAI_AGAIN, if 256
    look-ups are hanging; :exc:`ValueError` for what can be no name. Cancelling it abandons the
    look-up, unless others wait for it too.
    """
    check_host("host", host)
    if family is not None:
        check_choice("family", family, FAMILIES)
    await checkpoint()
    if is_ip(host):
        return [host]
    addresses = await current_network.get().resolve(host, family)
    return list(dict.fromkeys(zoned(each) for each in addresses))
