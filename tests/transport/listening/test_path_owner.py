"""Who a Unix path belongs to; and that no other file is ever given away."""

from __future__ import annotations

import grp
import os
import pwd
import socket
from pathlib import Path

import pytest

from anynet._transport.listening import unix_path
from anynet._transport.listening.path_owner import Owner, find_owner, give_to
from tests.transport.listeners import open_descriptors, opened

pytestmark = pytest.mark.anyio

#: Whom the tests can give a file to: root anybody, others nobody but themselves.
USER = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
GROUP = grp.getgrgid(USER.pw_gid if os.geteuid() == 0 else os.getegid())


@pytest.mark.parametrize("owner", [None, USER.pw_uid, USER.pw_name], ids=["none", "id", "name"])
@pytest.mark.parametrize("group", [None, GROUP.gr_gid, GROUP.gr_name], ids=["none", "id", "name"])
async def test_a_path_is_given_to_a_user_and_a_group(
    tmp_path: Path, owner: int | str | None, group: int | str | None
) -> None:
    path = tmp_path / "socket"
    before = open_descriptors()
    (listener,) = await opened(path=path, owner=owner, group=group, mode=0o620)
    status = path.stat()
    assert status.st_uid == (os.geteuid() if owner is None else USER.pw_uid)
    assert status.st_gid == (os.getegid() if group is None else GROUP.gr_gid)
    assert status.st_mode & 0o777 == 0o620
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
    listener.close()
    assert not path.exists()
    assert open_descriptors() == before


@pytest.mark.parametrize("option", ["owner", "group"])
async def test_a_name_that_does_not_exist(tmp_path: Path, option: str) -> None:
    before = open_descriptors()
    with pytest.raises(ValueError, match=f"{option} 'no-such-name' is the name of no"):
        await opened(path=tmp_path / "socket", **{option: "no-such-name"})
    assert list(tmp_path.iterdir()) == []
    assert open_descriptors() == before


async def test_numbers_need_no_account() -> None:
    assert await find_owner(4_000_000, None) == Owner(4_000_000, -1)
    assert await find_owner(None, None) is None


async def test_what_the_system_refuses_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(unix_path, "give_to", refuse)
    before = open_descriptors()
    with pytest.raises(PermissionError, match="cannot listen on .*socket.*not permitted"):
        await opened(path=tmp_path / "socket", owner=0)
    assert list(tmp_path.iterdir()) == []
    assert open_descriptors() == before


@pytest.mark.parametrize("what", ["symlink", "symlink to a socket", "hard link", "file"])
def test_what_was_put_in_the_place_of_a_socket_is_not_given_away(
    tmp_path: Path, what: str, anyio_backend: object
) -> None:
    victim = tmp_path / "victim"
    name = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as other:
        if "socket" in what or what == "hard link":
            other.bind(str(victim))
        else:
            victim.write_text("secret")
        if what.startswith("symlink"):
            name.symlink_to(victim)
        elif what == "hard link":
            os.link(victim, name)
        else:
            name.write_text("")
        before = open_descriptors()
        directory = os.open(tmp_path, os.O_RDONLY)
        try:
            with pytest.raises(PermissionError, match="another file was put in the place of"):
                give_to(Owner(USER.pw_uid, GROUP.gr_gid), "socket", directory)
        finally:
            os.close(directory)
        assert open_descriptors() == before
        for each in (victim, name):
            assert each.lstat().st_uid == os.geteuid()


@pytest.mark.parametrize("option", [{"owner": 0}, {"group": 0}])
async def test_an_abstract_name_has_no_owner(option: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="is for a file, and an abstract name has none"):
        await opened(path="\0anynet-owner", **option)


async def test_a_path_without_these_is_as_ever(tmp_path: Path) -> None:
    (listener,) = await opened(path=tmp_path / "socket")
    assert (tmp_path / "socket").stat().st_uid == os.geteuid()
    listener.close()
