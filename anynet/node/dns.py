"""Node's ``dns`` module, as far as ``net`` asks the system for names: ``lookup``."""

from typing import NoReturn

from anynet.node._modules import dns_promises as promises
from anynet.node._modules.absent import absent_member
from anynet.node._modules.dns_lookup import ADDRCONFIG, ALL, V4MAPPED, lookup

__all__ = ["ADDRCONFIG", "ALL", "V4MAPPED", "lookup", "promises"]


def __getattr__(name: str) -> NoReturn:
    raise absent_member("dns", name)
