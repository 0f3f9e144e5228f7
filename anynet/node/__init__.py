"""Node's ``net`` on Trio and asyncio: this module plays the part of ``require('net')``.

Everything lives in a runtime: ``async with net.runtime()``, or ``net.run(program)``. Names,
options, events, their order, errors and their texts are Node's; times are in milliseconds.

Other modules of Node stand beside it, ``anynet.node.events`` and its like. One that does not is an
:exc:`ImportError` that says where to look instead.
"""

from typing import NoReturn

from anynet.node import child_process, dns, events, readline, stream, util, worker_threads
from anynet.node._clusters.primary import Cluster, cluster
from anynet.node._clusters.worker import Worker
from anynet.node._emitters.abort import AbortController, AbortSignal
from anynet.node._emitters.emitter import (
    EventEmitter,
    MaxListenersExceededWarning,
    captureRejectionSymbol,
    errorMonitor,
)
from anynet.node._errors.classes import (
    AbortError,
    AggregateError,
    NodeError,
    NodeRangeError,
    NodeSystemError,
    NodeTypeError,
)
from anynet.node._errors.option_warning import OptionWarning
from anynet.node._loop.runtime import NoRuntimeError, Runtime, run, runtime
from anynet.node._loop.timers import (
    Immediate,
    Timeout,
    TimeoutNaNWarning,
    TimeoutNegativeWarning,
    TimeoutOverflowWarning,
    clearImmediate,
    clearInterval,
    clearTimeout,
    nextTick,
    setImmediate,
    setInterval,
    setTimeout,
)
from anynet.node._modules.absent import absent_module
from anynet.node._net.functions.connect_defaults import (
    getDefaultAutoSelectFamily,
    getDefaultAutoSelectFamilyAttemptTimeout,
    setDefaultAutoSelectFamily,
    setDefaultAutoSelectFamilyAttemptTimeout,
)
from anynet.node._net.functions.is_ip import isIP, isIPv4, isIPv6
from anynet.node._net.servers.server import Server, createServer
from anynet.node._net.sockets.connect import Stream, connect, createConnection
from anynet.node._net.sockets.socket import Socket
from anynet.node._net.values.block_list import BlockList
from anynet.node._net.values.bound_socket import BoundSocket
from anynet.node._net.values.socket_address import SocketAddress
from anynet.node._processes.child_process import ChildProcess
from anynet.node._processes.this_process import Process, process
from anynet.node._streams.duplex import Duplex
from anynet.node._streams.readable import Readable
from anynet.node._streams.transform import PassThrough, Transform
from anynet.node._streams.writable import Writable

__all__ = [
    "AbortController",
    "AbortError",
    "AbortSignal",
    "AggregateError",
    "BlockList",
    "BoundSocket",
    "ChildProcess",
    "Cluster",
    "Duplex",
    "EventEmitter",
    "Immediate",
    "MaxListenersExceededWarning",
    "NoRuntimeError",
    "NodeError",
    "NodeRangeError",
    "NodeSystemError",
    "NodeTypeError",
    "OptionWarning",
    "PassThrough",
    "Process",
    "Readable",
    "Runtime",
    "Server",
    "Socket",
    "SocketAddress",
    "Stream",
    "Timeout",
    "TimeoutNaNWarning",
    "TimeoutNegativeWarning",
    "TimeoutOverflowWarning",
    "Transform",
    "Worker",
    "Writable",
    "captureRejectionSymbol",
    "child_process",
    "clearImmediate",
    "clearInterval",
    "clearTimeout",
    "cluster",
    "connect",
    "createConnection",
    "createServer",
    "dns",
    "errorMonitor",
    "events",
    "getDefaultAutoSelectFamily",
    "getDefaultAutoSelectFamilyAttemptTimeout",
    "isIP",
    "isIPv4",
    "isIPv6",
    "nextTick",
    "process",
    "readline",
    "run",
    "runtime",
    "setDefaultAutoSelectFamily",
    "setDefaultAutoSelectFamilyAttemptTimeout",
    "setImmediate",
    "setInterval",
    "setTimeout",
    "stream",
    "util",
    "worker_threads",
]


def __getattr__(name: str) -> NoReturn:
    raise absent_module(name)
