"""Tools for testing what uses byte streams: pairs in memory, faults, a conformance suite.

* :func:`memory_pair`: two connected sockets without a network.
* :class:`FaultyStream`: a stream that breaks, ends or stalls after so many bytes.
* :func:`check_byte_stream`: does a stream do all that its users rely on?
* :class:`Network`: a simulated network in one process, on a virtual clock.
* :class:`HandlerFailures`: no handler of a server failed, but for what the test expects.

``anynet.testing.pytest_plugin`` has the last as a fixture. It is a module of its own, since only
pytest needs pytest.
"""

from __future__ import annotations

from anynet.testing._conformance import check_byte_stream
from anynet.testing._faulty import Fault, FaultyStream
from anynet.testing._handler_failures import HandlerFailures
from anynet.testing._kit import MakePair
from anynet.testing._memory import MemoryStream, memory_pair, memory_stream_pair
from anynet.testing._network.clocks import virtual_clock
from anynet.testing._network.host import NetworkHost
from anynet.testing._network.network import Network
from anynet.testing._network.trace import NetworkEvent

__all__ = [
    "Fault",
    "FaultyStream",
    "HandlerFailures",
    "MakePair",
    "MemoryStream",
    "Network",
    "NetworkEvent",
    "NetworkHost",
    "check_byte_stream",
    "memory_pair",
    "memory_stream_pair",
    "virtual_clock",
]
