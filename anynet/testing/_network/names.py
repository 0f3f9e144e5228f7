"""The names of a network: which addresses each has, how long that takes to find out, what fails."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import anyio
import attrs

from anynet._rules.values.addresses import Family, SocketAddress
from anynet._rules.values.host_names import is_localhost


@attrs.frozen
class _Answer:
    addresses: tuple[SocketAddress, ...]
    delay: float
    error: OSError | None


class Names:
    """The names that a network knows, in any case of their letters."""

    def __init__(self) -> None:
        self._answers: dict[str, _Answer] = {}

    def set(
        self,
        name: str,
        addresses: Sequence[SocketAddress],
        delay: float = 0.0,
        error: OSError | None = None,
    ) -> None:
        """What whoever asks for ``name`` is told from now on."""
        self._answers[name.lower()] = _Answer(tuple(addresses), delay, error)

    async def resolve(
        self, name: str, family: Family | None, *, has_ipv6: bool
    ) -> Sequence[SocketAddress]:
        """The addresses of ``name``. Raises :exc:`socket.gaierror` for a name that is not known."""
        if is_localhost(name):
            return [SocketAddress(each) for each in _loopback(family, has_ipv6)]
        answer = self._answers.get(name.lower())
        if answer is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if answer.delay:
            await anyio.sleep(answer.delay)
        if answer.error is not None:
            raise answer.error
        found = [each for each in answer.addresses if family in (None, each.family)]
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return found


def _loopback(family: Family | None, has_ipv6: bool) -> list[str]:
    if family is not None:
        return ["::1" if family == "ipv6" else "127.0.0.1"]
    return ["::1", "127.0.0.1"] if has_ipv6 else ["127.0.0.1"]
