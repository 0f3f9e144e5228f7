"""Names, numbers and descriptions of system errors, as libuv gives them to Node."""

from __future__ import annotations

import errno
import os
import socket

#: libuv's words, where they differ from those of the C library on Linux in more than case.
_DESCRIPTIONS = {
    "E2BIG": "argument list too long",
    "EACCES": "permission denied",
    "EADDRINUSE": "address already in use",
    "EADDRNOTAVAIL": "address not available",
    "EAFNOSUPPORT": "address family not supported",
    "EAGAIN": "resource temporarily unavailable",
    "EALREADY": "connection already in progress",
    "EBADF": "bad file descriptor",
    "EBUSY": "resource busy or locked",
    "ECANCELED": "operation canceled",
    "ECONNABORTED": "software caused connection abort",
    "ECONNREFUSED": "connection refused",
    "ECONNRESET": "connection reset by peer",
    "EDESTADDRREQ": "destination address required",
    "EEXIST": "file already exists",
    "EFAULT": "bad address in system call argument",
    "EHOSTDOWN": "host is down",
    "EHOSTUNREACH": "host is unreachable",
    "EINTR": "interrupted system call",
    "EINVAL": "invalid argument",
    "EIO": "i/o error",
    "EISCONN": "socket is already connected",
    "EISDIR": "illegal operation on a directory",
    "ELOOP": "too many symbolic links encountered",
    "EMFILE": "too many open files",
    "EMSGSIZE": "message too long",
    "ENAMETOOLONG": "name too long",
    "ENETDOWN": "network is down",
    "ENETUNREACH": "network is unreachable",
    "ENFILE": "file table overflow",
    "ENOBUFS": "no buffer space available",
    "ENODEV": "no such device",
    "ENOENT": "no such file or directory",
    "ENOMEM": "not enough memory",
    "ENOPROTOOPT": "protocol not available",
    "ENOSPC": "no space left on device",
    "ENOSYS": "function not implemented",
    "ENOTCONN": "socket is not connected",
    "ENOTDIR": "not a directory",
    "ENOTSOCK": "socket operation on non-socket",
    "ENOTSUP": "operation not supported on socket",
    "EPERM": "operation not permitted",
    "EPIPE": "broken pipe",
    "EPROTO": "protocol error",
    "EPROTONOSUPPORT": "protocol not supported",
    "EPROTOTYPE": "protocol wrong type for socket",
    "EROFS": "read-only file system",
    "ESHUTDOWN": "cannot send after transport endpoint shutdown",
    "ESOCKTNOSUPPORT": "socket type not supported",
    "ETIMEDOUT": "connection timed out",
    "UNKNOWN": "unknown error",
}

#: The number that stands for an error of no known number.
UNKNOWN = -4094

#: Failures of name resolution have numbers of libuv's own.
_RESOLUTION_NUMBERS = {
    "EAI_ADDRFAMILY": -3000,
    "EAI_AGAIN": -3001,
    "EAI_BADFLAGS": -3002,
    "EAI_FAIL": -3004,
    "EAI_FAMILY": -3005,
    "EAI_MEMORY": -3006,
    "EAI_NODATA": -3007,
    "EAI_NONAME": -3008,
    "EAI_OVERFLOW": -3009,
    "EAI_SERVICE": -3010,
    "EAI_SOCKTYPE": -3011,
}
_RESOLUTION_NAMES = {
    getattr(socket, name): name for name in _RESOLUTION_NUMBERS if hasattr(socket, name)
}
#: What Node calls ENOTFOUND: the name does not exist, or has no address of the kind asked for.
_NOT_FOUND = frozenset({"EAI_NODATA", "EAI_NONAME"})


def number_of(error: OSError | int) -> int:
    """The positive error number of ``error``; 0 when it has none."""
    if isinstance(error, int):
        return abs(error)
    if error.errno is not None:
        return abs(error.errno)
    return errno.ETIMEDOUT if isinstance(error, TimeoutError) else 0


def code_of(number: int) -> str:
    """Node's code for a positive error number: ``"ECONNREFUSED"``, ``"UNKNOWN"``."""
    if number == errno.ENOTSUP:  # One number with two names on Linux.
        return "ENOTSUP"
    if number == errno.EAGAIN:
        return "EAGAIN"
    return errno.errorcode.get(number, "UNKNOWN")


def description_of(number: int) -> str:
    """libuv's words for a positive error number: ``"connection refused"``."""
    known = _DESCRIPTIONS.get(code_of(number))
    return os.strerror(number).lower() if known is None else known


def resolution_code(error: OSError) -> tuple[str, int]:
    """Node's code and number for a failed ``getaddrinfo``: ``("ENOTFOUND", -3008)``."""
    name = _RESOLUTION_NAMES.get(error.errno)
    if name is None:
        return code_of(number_of(error)), -number_of(error) or UNKNOWN
    return ("ENOTFOUND" if name in _NOT_FOUND else name), _RESOLUTION_NUMBERS[name]
