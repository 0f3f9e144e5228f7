"""Node's ``readline`` module, without terminals: ``from anynet.node import readline``."""

from typing import NoReturn

from anynet.node._modules.absent import absent_member
from anynet.node._readline.interface import Interface, LineIterator, createInterface

__all__ = ["Interface", "LineIterator", "createInterface"]


def __getattr__(name: str) -> NoReturn:
    raise absent_member("readline", name)
