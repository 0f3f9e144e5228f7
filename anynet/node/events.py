"""Node's ``events`` module: emitters, what they have, and waiting for their events.

The default of the limit is ``EventEmitter.defaultMaxListeners``, which ``setMaxListeners(n)`` sets.
"""

from anynet.node._emitters.emitter import (
    EventEmitter,
    captureRejectionSymbol,
    errorMonitor,
)
from anynet.node._emitters.inspection import (
    AbortListenerHandle,
    addAbortListener,
    getEventListeners,
    getMaxListeners,
    listenerCount,
    setMaxListeners,
)
from anynet.node._emitters.waiting import EventIterator, PendingEvent, on, once

__all__ = [
    "AbortListenerHandle",
    "EventEmitter",
    "EventIterator",
    "PendingEvent",
    "addAbortListener",
    "captureRejectionSymbol",
    "errorMonitor",
    "getEventListeners",
    "getMaxListeners",
    "listenerCount",
    "on",
    "once",
    "setMaxListeners",
]
