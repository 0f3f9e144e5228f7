"""Node's ``readline`` module, without terminals: ``from anynet.node import readline``."""

from anynet.node._readline.interface import Interface, LineIterator, createInterface

__all__ = ["Interface", "LineIterator", "createInterface"]
