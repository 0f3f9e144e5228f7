"""The cases of AnyIO's socket tests that fail over anynet, with the reason of each.

``docs/anyio-tests.md`` shows this table; a test compares the two. A row stands for all cases of a
test, on every backend that it has.
"""

from __future__ import annotations

#: By test: why anynet does not do what it asserts.
DIFFERENCES: dict[str, str] = {
    "TestTCPStream::test_cancelled_receive_pauses_reading": (
        "looks at `stream._transport`, an asyncio transport; anynet has none, and never reads "
        "unless a task receives"
    ),
    "TestTCPStream::test_cancelled_send_does_not_send_the_next_one": (
        "goes on sending after a `send` that was cancelled half-way; in anynet that leaves the "
        "sending side broken, so that the peer never takes a cut message for a whole one"
    ),
    "TestTCPStream::test_connect_tcp_closes_winner_on_outer_cancellation": (
        "cancels from within AnyIO's backend, whose `connect_tcp` it replaces; anynet connects "
        "by itself (that a cancelled `connect` closes all that it opened has tests of anynet's "
        "own)"
    ),
    "TestTCPStream::test_connect_tcp_with_tls_unicode_hostname": (
        "replaces the `getaddrinfo` of AnyIO's backend by one that knows a name of its own; "
        "anynet asks the system, or the option `resolver`"
    ),
    "TestTCPListener::test_close_from_other_task": (
        "a handler that is no coroutine function is refused, and `serve()` ends normally when "
        "its server is closed; AnyIO's raises `ClosedResourceError` in two groups"
    ),
    "TestTCPListener::test_tcp_listener_dualstack_disabled": (
        "has Python say that the system has no dual-stack sockets; anynet listens on `::` for "
        "both families wherever there is IPv6, and does not ask"
    ),
    "TestTCPListener::test_tcp_listener_total_bind_failure": (
        "replaces the `socket` module inside of AnyIO; anynet opens its listeners by itself"
    ),
    "TestUNIXStream::test_send_receive_seqsocket": (
        "uses `SOCK_SEQPACKET`, which keeps the boundaries of messages; a connection of anynet "
        "is a stream of bytes (`anynet.framing` has messages)"
    ),
    "TestUNIXStream::test_receive_fds_bad_args": (
        'wants `ValueError` for `msglen="foo"`; anynet raises `TypeError` for a wrong type. And '
        "it takes `maxfds=0`, but not `msglen=0`: over a stream no descriptor comes without a "
        "byte"
    ),
    "TestUNIXStream::test_from_socket_wrong_address_family": (
        "wants a TCP socket refused by `UNIXSocketStream.from_socket`; anynet has one `Socket` "
        "for both, and `Socket.from_fd` takes either"
    ),
    "test_connect_tcp_getaddrinfo_context": (
        "wants no `__context__` in the error of a name that cannot be resolved; that of anynet "
        "was raised from the `socket.gaierror` of the system, and is one itself"
    ),
}

#: How many cases there are by backend, and how many of them pass.
CASES: dict[str, tuple[int, int]] = {
    "asyncio": (232, 211),
    "asyncio+uvloop": (232, 211),
    "trio": (228, 209),
}


def test_of(node_id: str) -> str:
    """The test that a case belongs to, as the table names it."""
    return node_id.partition("::")[2].partition("[")[0]
