"""Tools for testing what uses byte streams: pairs in memory, faults, conformance suites, sweeps.

* :func:`memory_pair`: two connected sockets without a network.
* :class:`FaultyStream`: a stream that breaks, ends or stalls after so many bytes.
* :func:`check_byte_stream`, :func:`check_listener`: do they do all that their users rely on?
* :func:`cancel_everywhere`: a scenario, cancelled at each of its steps.
* :func:`fail_everywhere`: a scenario, each of whose system calls fails in each way.
* :class:`Network`: a simulated network in one process, on a virtual clock.
* :class:`HandlerFailures`: no handler of a server failed, but for what the test expects.

``anynet.testing.pytest_plugin`` has fixtures for pytest. It is a module of its own, since only
pytest needs pytest.
"""

from __future__ import annotations

from anynet.testing._conformance import (
    ConformanceCase,
    byte_stream_cases,
    check_byte_stream,
    check_listener,
    listener_cases,
)
from anynet.testing._echo_server import EchoServer, echo_server
from anynet.testing._faulty import Fault, FaultyStream
from anynet.testing._handler_failures import HandlerFailures
from anynet.testing._hostile import HostileClients, Hostility
from anynet.testing._kit import MakeListener, MakePair
from anynet.testing._memory import MemoryStream, memory_pair, memory_stream_pair
from anynet.testing._network.clocks import virtual_clock
from anynet.testing._network.host import NetworkHost
from anynet.testing._network.network import Network
from anynet.testing._network.trace import NetworkEvent
from anynet.testing._ports import unused_port
from anynet.testing._sweep.options import SweepBackend, SweepOptionNames
from anynet.testing._sweep.peers import Peer, PeerListener, PeerRecord, Split
from anynet.testing._sweep.running import SweepOutcome, SweepPoint
from anynet.testing._sweep.stage import Scenario, Stage
from anynet.testing._sweep.steps import CancelPoint
from anynet.testing._sweep.sweeping import (
    SweepCase,
    SweepFinding,
    SweepReport,
    cancel_everywhere,
    cancellation_cases,
    fail_everywhere,
    failure_cases,
)
from anynet.testing._sweep.system_calls import FailPoint, system_call_errors

__all__ = [
    "CancelPoint",
    "ConformanceCase",
    "EchoServer",
    "FailPoint",
    "Fault",
    "FaultyStream",
    "HandlerFailures",
    "HostileClients",
    "Hostility",
    "MakeListener",
    "MakePair",
    "MemoryStream",
    "Network",
    "NetworkEvent",
    "NetworkHost",
    "Peer",
    "PeerListener",
    "PeerRecord",
    "Scenario",
    "Split",
    "Stage",
    "SweepBackend",
    "SweepCase",
    "SweepFinding",
    "SweepOptionNames",
    "SweepOutcome",
    "SweepPoint",
    "SweepReport",
    "byte_stream_cases",
    "cancel_everywhere",
    "cancellation_cases",
    "check_byte_stream",
    "check_listener",
    "echo_server",
    "fail_everywhere",
    "failure_cases",
    "listener_cases",
    "memory_pair",
    "memory_stream_pair",
    "system_call_errors",
    "unused_port",
    "virtual_clock",
]
