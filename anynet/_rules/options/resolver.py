"""The resolver: what tells a connect or a server the addresses of a name in the system's place."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from typing import Protocol

from anynet._rules.values.addresses import Family


class Resolver(Protocol):
    """What the option ``resolver`` of :func:`connect` and of servers takes: an async function.

    It is called with the name of a host, and with ``"ipv4"`` or ``"ipv6"`` if only such addresses
    are of use, else None. What it returns are IP addresses as text, those to be tried first in
    front; a zone may follow (``fe80::1%eth0``). Addresses of the other family are passed over.

    It is asked for no address, and not for ``localhost`` nor a name below it. It runs in the task
    that connects or listens, and is cancelled with it. An :exc:`OSError` that it raises, such as
    :exc:`socket.gaierror`, says that the name has no address, and leaves as the failure of the
    connect or the listening; any other exception leaves as it is.
    """

    def __call__(self, host: str, family: Family | None, /) -> Awaitable[Iterable[str]]: ...
