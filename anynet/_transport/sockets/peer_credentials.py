"""The process at the other end of a Unix socket."""

from __future__ import annotations

import socket
import struct

import attrs

from anynet._rules.values.value import Value
from anynet._transport.sockets.options import platform_constant

_UCRED = struct.Struct("iII")  # struct ucred of Linux: pid_t, uid_t, gid_t


@attrs.frozen(kw_only=True, eq=False, repr=False)
class PeerCredentials(Value):
    """The process at the other end of a Unix socket, as it was when it connected or listened.

    - ``pid``: the process number, or 0 when that process is not visible from here.
    - ``uid``: the effective user number.
    - ``gid``: the effective group number.
    """

    pid: int
    uid: int
    gid: int


def peer_credentials(sock: socket.socket) -> PeerCredentials:
    """The credentials that the kernel vouches for (SO_PEERCRED of Linux).

    Raises :exc:`ValueError` for a socket that is not a Unix socket, and
    :exc:`NotImplementedError` where the platform has no SO_PEERCRED.
    """
    if sock.family != socket.AF_UNIX:
        raise ValueError(f"peer credentials need a Unix socket, not {sock.family.name}")
    name = platform_constant("peer_credentials", "SO_PEERCRED")
    pid, uid, gid = _UCRED.unpack(sock.getsockopt(socket.SOL_SOCKET, name, _UCRED.size))
    return PeerCredentials(pid=pid, uid=uid, gid=gid)
