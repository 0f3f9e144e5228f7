"""Node's ``events`` module: waiting for events of an emitter, once or as an iterator."""

from anynet.node._emitters.waiting import EventIterator, PendingEvent, on, once

__all__ = ["EventIterator", "PendingEvent", "on", "once"]
