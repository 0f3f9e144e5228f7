"""Node's ``util`` module, as far as functions with callbacks are to be awaited: ``promisify``."""

from typing import NoReturn

from anynet.node._modules.absent import absent_member
from anynet.node._modules.promisify import PendingCall, promisify

__all__ = ["PendingCall", "promisify"]


def __getattr__(name: str) -> NoReturn:
    raise absent_member("util", name)
