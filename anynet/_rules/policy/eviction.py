"""Who has to go when too many are there: the oldest of the address that has most.

The rules that live here:

- A crowd comes from few addresses, since a connection cannot be made from a false one. Whoever
  evicts from the address that has most takes from the crowd, however fast it comes, and leaves the
  others alone.
- Of one address the oldest goes: a client that means it is soon done, one that is silent grows old.
- Where several addresses have equally many, the one that has had as many for the longest pays.
- Everything costs the same however many there are, since a crowd is exactly what this is for. (A
  plain dict does not: each search for its first key passes over all that were deleted before it.)
- An honest burst from one address (a thousand clients that return behind one balancer) looks like a
  crowd until its first bytes are there. So nobody goes while there is room: what silent clients use
  up first is descriptors, and where no bound is given it is half of those. (Tried with 1000 TLS
  clients at once: a bound of 512 cost 244 of them their connection, on Trio 488.)
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

#: The most preludes where the program gives no number.
MAX_PRELUDES = 4096

MemberT = TypeVar("MemberT", bound=Hashable)


def prelude_bound(given: int | None, descriptors: int | None) -> int:
    """How many preludes there may be, in a process that may open so many descriptors (or any)."""
    if given is not None:
        return given
    return MAX_PRELUDES if descriptors is None else max(1, min(MAX_PRELUDES, descriptors // 2))


class Crowd(Generic[MemberT]):
    """Members, each with the key of its address."""

    def __init__(self) -> None:
        self._keys: dict[MemberT, Hashable] = {}
        #: By the key, its members, the oldest first.
        self._members: dict[Hashable, OrderedDict[MemberT, None]] = {}
        #: By a number of members, the keys that have so many, the longest first.
        self._by_count: dict[int, OrderedDict[Hashable, None]] = {}
        self._most = 0

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, member: object) -> bool:
        return member in self._keys

    def add(self, member: MemberT, key: Hashable) -> None:
        """Take in a member, the youngest of its key; it must not be one yet."""
        members = self._members.setdefault(key, OrderedDict())
        members[member] = None
        self._keys[member] = key
        self._recount(key, len(members) - 1, len(members))

    def discard(self, member: MemberT) -> None:
        """Let a member go, if it is one."""
        if member not in self._keys:
            return
        key = self._keys.pop(member)
        members = self._members[key]
        del members[member]
        self._recount(key, len(members) + 1, len(members))

    def victim(self) -> MemberT:
        """The member to be evicted; there must be one."""
        return next(iter(self._members[next(iter(self._by_count[self._most]))]))

    def _recount(self, key: Hashable, before: int, now: int) -> None:
        if before:
            level = self._by_count[before]
            del level[key]
            if not level:
                del self._by_count[before]
        if now:
            self._by_count.setdefault(now, OrderedDict())[key] = None
        else:
            del self._members[key]
        # One step at a time: where the fullest loses one and no other has as many, it still leads.
        if now > self._most or self._most not in self._by_count:
            self._most = now
