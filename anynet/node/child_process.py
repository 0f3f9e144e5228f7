"""Node's ``child_process`` module, as far as processes exchange sockets: ``fork``."""

from anynet.node._processes.child_process import ChildProcess, fork

__all__ = ["ChildProcess", "fork"]
