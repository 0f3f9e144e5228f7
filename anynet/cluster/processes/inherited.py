"""What a process inherits from the one that started it: a variable, and open descriptors.

One variable of the environment says where they are, as JSON. It is short: how long it may be is
limited, and it stays readable under ``/proc``, so that whatever else a child has to know comes over
the channel. An environment goes on to grandchildren, and a variable may be left over in a shell, so
it counts only in the process that it was made for: while the parent of this process is the one that
sent it. The descriptors are not taken on trust either: what is open under their numbers must be
what the sender opened, by its inode.

A parent that died before its child came as far as this leaves an orphan, which must not take itself
for a primary: its watch has ended (and is still the sender's pipe), so it ends.
"""

from __future__ import annotations

import json
import os
import select

import attrs
from attrs.validators import instance_of, optional

from anynet._rules.values.value import Value
from anynet.cluster.processes.parent_watch import PRIMARY_GONE


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Inherited(Value):
    """What a child finds in its environment."""

    #: The descriptor of its channel.
    channel: int = attrs.field(validator=instance_of(int))
    #: The descriptor that ends when its parent does, if it is to end with it.
    watch: int | None = attrs.field(default=None, validator=optional(instance_of(int)))
    #: Which of the parent's workers it is.
    id: int | None = attrs.field(default=None, validator=optional(instance_of(int)))

    @property
    def fds(self) -> tuple[int, ...]:
        """The descriptors that go along."""
        return (self.channel,) if self.watch is None else (self.channel, self.watch)

    def to_environment(self, variable: str) -> dict[str, str]:
        """As a variable for a child of this process."""
        inodes = [os.fstat(fd).st_ino for fd in self.fds]
        values = {**attrs.asdict(self), "sender": os.getpid(), "inodes": inodes}
        return {variable: json.dumps(values)}


def take_inherited(variable: str) -> Inherited | None:
    """What this process inherited in ``variable``; None if nothing was meant for it.

    It can be taken once: neither the variable nor the descriptors go on to processes that this one
    starts. Ends the process if it is an orphan already.
    """
    text = os.environ.pop(variable, None)
    if text is None:
        return None
    try:
        values = json.loads(text)
        sender, inodes = values.pop("sender"), values.pop("inodes")
        inherited = Inherited(**values)
        if [os.fstat(fd).st_ino for fd in inherited.fds] != inodes:
            return None
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError):
        return None
    if os.getppid() != sender:
        if inherited.watch is not None and _has_ended(inherited.watch):
            os._exit(PRIMARY_GONE)
        return None
    for fd in inherited.fds:
        os.set_inheritable(fd, False)
    return inherited


def _has_ended(fd: int) -> bool:
    end = select.poll()
    end.register(fd, select.POLLIN)
    return bool(end.poll(0))
