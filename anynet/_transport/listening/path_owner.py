"""Giving the socket file of a Unix path to a user and a group.

The rules that live here:

- A file gets its owner from the process that makes it, whatever is set on the unbound socket (its
  mode is another matter), so the file is given away between bind and listen: nobody can connect
  meanwhile, and nobody needs a right to it that they do not have.
- What is given away is the file that was bound, by its descriptor, and nothing that somebody with
  the right to write in the directory puts in its place: a symbolic link is not followed, and a link
  to another file is told by its kind, its owner, or that it has two names. A server that runs as
  root would else give any file of the system away.
- Names are looked up when the server listens, in a thread, since they may come from a directory
  service.
"""

from __future__ import annotations

import errno
import grp
import os
import pwd
import stat

import anyio.to_thread
import attrs

from anynet._transport.sockets.closing import close_fd


@attrs.frozen
class Owner:
    """Numbers of a user and a group; -1 leaves what is there (chown(2))."""

    user: int = -1
    group: int = -1


async def find_owner(user: int | str | None, group: int | str | None) -> Owner | None:
    """The owner with these names or numbers; None when neither is given.

    Raises :exc:`ValueError` for a name that does not exist, naming the option.
    """
    if user is None and group is None:
        return None
    if isinstance(user, str) or isinstance(group, str):
        return await anyio.to_thread.run_sync(_look_up, user, group)
    return _look_up(user, group)


def _look_up(user: int | str | None, group: int | str | None) -> Owner:
    if isinstance(user, str):
        try:
            user = pwd.getpwnam(user).pw_uid
        except KeyError:
            raise ValueError(f"owner {user!r} is the name of no user") from None
    if isinstance(group, str):
        try:
            group = grp.getgrnam(group).gr_gid
        except KeyError:
            raise ValueError(f"group {group!r} is the name of no group") from None
    return Owner(-1 if user is None else user, -1 if group is None else group)


def give_to(owner: Owner, name: str, directory: int) -> None:
    """Give the socket ``name``, which this process has just bound in ``directory``, to ``owner``.

    Raises :exc:`OSError`: EPERM for what the process may not do, and when the file is not the one
    that was bound.
    """
    if not hasattr(os, "O_PATH"):
        # Without such descriptors there is a moment between the look and the deed.
        _check_ours(os.lstat(name, dir_fd=directory), name)
        os.chown(name, owner.user, owner.group, dir_fd=directory, follow_symlinks=False)
        return
    descriptor = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=directory)
    try:
        _check_ours(os.fstat(descriptor), name)
        # fchown(2) refuses such a descriptor; the link in /proc leads to its very file.
        os.chown(f"/proc/self/fd/{descriptor}", owner.user, owner.group)
    finally:
        close_fd(descriptor)


def _check_ours(status: os.stat_result, name: str) -> None:
    ours = stat.S_ISSOCK(status.st_mode) and status.st_uid == os.geteuid()
    if not ours or status.st_nlink != 1:
        raise OSError(errno.EPERM, f"another file was put in the place of {name!r}")
