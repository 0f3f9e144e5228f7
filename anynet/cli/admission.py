"""Whom a listening command lets in: ``--allow``, ``--deny``, the limits, the PROXY protocol."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

import attrs
import click

import anynet
from anynet.cli.exit_codes import CommandError

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")

_OPTIONS = (
    click.option("--allow", metavar="CIDR", multiple=True, help="Only these clients. Repeatable."),
    click.option("--deny", metavar="CIDR", multiple=True, help="Not these clients. Repeatable."),
    click.option(
        "--proxy-protocol",
        type=click.Choice(["require", "accept"]),
        help="Read a PROXY header first: then the client is the one that it names.",
    ),
    click.option(
        "--proxy-trust", metavar="CIDR", multiple=True, help="Whose headers to believe. Repeatable."
    ),
)


@attrs.frozen(kw_only=True)
class AdmissionOptions:
    """What the options say; all of it can be sent to another process."""

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    proxy_protocol: str | None = None
    proxy_trust: tuple[str, ...] = ()

    @classmethod
    def take(cls, options: dict[str, Any]) -> AdmissionOptions:
        """Take these out of the options of a command."""
        return cls(**{field.name: options.pop(field.name) for field in attrs.fields(cls)})

    def listen_options(self) -> dict[str, Any]:
        """The keywords of ``create_server``."""
        options: dict[str, Any] = {}
        blocked = BlockedClients()
        blocked.allow("--allow", self.allow)
        blocked.deny("--deny", self.deny)
        if self.allow or self.deny:
            options["block_list"] = blocked.list
        if self.proxy_protocol is not None:
            if not self.proxy_trust:
                raise CommandError("--proxy-protocol needs --proxy-trust: whom to believe?", code=2)
            trusted = BlockedClients()
            trusted.deny("--proxy-trust", self.proxy_trust)
            options |= {"proxy_protocol": self.proxy_protocol, "proxy_trust": trusted.list}
        elif self.proxy_trust:
            raise CommandError("--proxy-trust is for --proxy-protocol, which is off", code=2)
        return options


class BlockedClients:
    """A block list made from what is allowed, and what is denied."""

    def __init__(self) -> None:
        self.list: anynet.BlockList = anynet.BlockList()

    def deny(self, option: str, texts: Iterable[str]) -> None:
        """Block these networks."""
        for network in (parse_network(option, text) for text in texts):
            self.list.add_range(str(network[0]), str(network[-1]))

    def allow(self, option: str, texts: Iterable[str]) -> None:
        """Block everything but these networks; nothing if there are none."""
        networks = [parse_network(option, text) for text in texts]
        if networks:
            for start, end in gaps(networks):
                self.list.add_range(str(start), str(end))


def gaps(networks: Iterable[Network]) -> Iterator[tuple[Any, Any]]:
    """The ranges of addresses, of both families, that lie outside of all networks.

    The addresses of IPv4 that are mapped into IPv6 are in none: the rules for IPv4 count for them.
    """
    for family, bits, network_class in (
        (ipaddress.IPv4Address, 32, ipaddress.IPv4Network),
        (ipaddress.IPv6Address, 128, ipaddress.IPv6Network),
    ):
        free, last = 0, 2**bits - 1
        own = [each for each in (*networks, _MAPPED) if isinstance(each, network_class)]
        for network in sorted(own, key=lambda each: int(each[0])):
            if int(network[0]) > free:
                yield family(free), family(int(network[0]) - 1)
            free = max(free, int(network[-1]) + 1)
        if free <= last:
            yield family(free), family(last)


def parse_network(option: str, text: str) -> Network:
    """A network, or a single address. Raises :exc:`CommandError` that names the option."""
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise CommandError(
            f"{option} {text!r} is no network: 192.0.2.0/24, 2001:db8::/32 or one address", code=2
        ) from None
    if isinstance(network, ipaddress.IPv6Network) and network[0].ipv4_mapped is not None:
        prefix = network.prefixlen - 96
        return ipaddress.ip_network((network[0].ipv4_mapped, max(prefix, 0)))
    return network


def admission_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of :class:`AdmissionOptions`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
