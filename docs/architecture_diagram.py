"""Draws the floors and rooms from the tables of their test, and the ways through them.

A way is a list of functions, from the kernel to the program or back; a test looks each of them up.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, TypeAlias

from docs.state_diagram import HEAD, LEFT, TOP

#: A function by its module below ``anynet`` and its qualified name.
Stop: TypeAlias = tuple[str, str]
Ways: TypeAlias = Mapping[str, Sequence[Stop]]

LOOP = "_transport.loops.asyncio_loop"
STREAM = "_transport.streams.socket_stream"
REACTOR = "_transport.reactor.reactor"
HANDLE = "_transport.reactor.socket_handle"
CONNECTIONS = "_core.connections"
SOCKETS = "node._net.sockets"

BYTES_IN: Ways = {
    "await": [
        (LOOP, "AsyncioHostLoop._on_readable"),
        (STREAM, "SocketStream.receive"),
        (f"{CONNECTIONS}.socket", "Socket.receive"),
    ],
    "events": [
        (LOOP, "AsyncioHostLoop._on_readable"),
        (STREAM, "SocketStream.try_receive"),
        (f"{CONNECTIONS}.connection", "Connection.next_event"),
        (f"{CONNECTIONS}.socket_events", "SocketEvents.__anext__"),
    ],
    "callbacks": [
        (REACTOR, "Reactor._run_events"),
        (HANDLE, "SocketHandle._read"),
        (f"{SOCKETS}.handle_link", "HandleLink.on_read"),
        ("node._streams.readable", "Readable.push"),
    ],
}
BYTES_OUT: Ways = {
    "await, events": [
        (f"{CONNECTIONS}.socket", "Socket.send"),
        (STREAM, "SocketStream.send"),
        (STREAM, "SocketStream._send_rest"),
        (LOOP, "AsyncioHostLoop.park_write"),
    ],
    "callbacks": [
        ("node._streams.writable", "Writable.write"),
        (f"{SOCKETS}.handle_link", "HandleLink.write"),
        (HANDLE, "SocketHandle.write"),
        (HANDLE, "SocketHandle._flush"),
    ],
}
ACCEPT: Ways = {
    "await, events": [
        ("_core.servers.acceptor", "Acceptor.accept"),
        ("_core.servers.registry", "Registry.add"),
        ("_core.servers.connection_runner", "ConnectionRunner.run"),
        (f"{CONNECTIONS}.socket", "Socket"),
    ],
    "callbacks": [
        (REACTOR, "Reactor._run_events"),
        ("_transport.reactor.listen_handle", "ListenHandle._on_ready"),
        ("node._net.servers.server", "Server._on_connection"),
        (f"{SOCKETS}.accepting", "accepted_socket"),
    ],
    "cluster": [
        ("cluster.distribution.distribution", "Distributor._accept_some"),
        ("cluster.distribution.worker_pipe", "WorkerPipe.send"),
        ("cluster.distribution.received_listeners", "PassedConnections.accept"),
        ("_core.servers.acceptor", "Acceptor.accept"),
    ],
}
CONNECT: Ways = {
    "await, events": [
        (f"{CONNECTIONS}.connect", "Connecting.connect"),
        ("_transport.dialing.connect", "connect_socket"),
        ("_transport.dialing.happy_eyeballs", "HappyEyeballs.run"),
        ("_transport.dialing.connect_one", "Connector.connect"),
    ],
    "callbacks": [
        (f"{SOCKETS}.socket", "Socket.connect"),
        (f"{SOCKETS}.connect_sequence", "ConnectSequence.start"),
        (f"{SOCKETS}.address_attempt", "AddressAttempt.start"),
        ("_transport.reactor.connect", "Connect.start"),
    ],
}
WAYS: Mapping[str, Ways] = {
    "bytes-in": BYTES_IN,
    "bytes-out": BYTES_OUT,
    "accept": ACCEPT,
    "connect": CONNECT,
}

STOP_WIDTH, STOP_HEIGHT, STOP_COLUMN, WAY_ROW, FACE_WIDTH = 216, 50, 244, 72, 104
FLOOR_ROW, ROOM_HEIGHT, LETTER = 58, 34, 8
FILL = 'fill="currentColor" stroke="none"'


def tables_of_floors(path: Path) -> tuple[dict[str, float], dict[str, tuple[str, ...]]]:
    """``FLOORS`` and ``ROOMS``, as ``tests/test_floors.py`` has them."""
    tables: dict[str, Any] = {}
    for node in ast.parse(path.read_text("utf-8")).body:
        name = ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else None
        if isinstance(node, ast.Assign) and name in {"FLOORS", "ROOMS"}:
            tables[name] = ast.literal_eval(node.value)
    return tables["FLOORS"], tables["ROOMS"]


def draw_floors(floors: Mapping[str, float], rooms: Mapping[str, Sequence[str]]) -> str:
    """A row for each floor, the highest first; in it the rooms, the lowest first."""
    rows = sorted(floors, key=lambda floor: -floors[floor])
    names = {floor: rooms.get(floor, ()) for floor in rows}
    width = FACE_WIDTH + max(sum(_room_width(each) + 10 for each in row) for row in names.values())
    height = 2 * TOP + FLOOR_ROW * len(rows)
    label = "; ".join(f"{floor or 'anynet'}: {', '.join(row)}" for floor, row in names.items())
    parts = [HEAD.format(width=width + 2 * LEFT, height=height, label=escape(label))]
    for index, floor in enumerate(rows):
        y = TOP + FLOOR_ROW * index
        parts.append(_words(LEFT, y + 22, floor or "anynet", "start", bold=True))
        x = LEFT + FACE_WIDTH
        for room in names[floor]:
            parts.append(_room(x, y, room))
            x += _room_width(room) + 10
        if index:
            line = f"M{LEFT} {y - 12}H{LEFT + width}"
            parts.append(f'<path d="{line}" stroke-opacity="0.25"/>')
    return "\n".join([*parts, "</svg>"])


def draw_ways(ways: Ways) -> str:
    """A row for each face: the functions that the thing passes, in the rooms where they live."""
    width = FACE_WIDTH + STOP_COLUMN * max(map(len, ways.values()))
    height = 2 * TOP + WAY_ROW * (len(ways) - 1) + STOP_HEIGHT
    told = [f"{face}: " + ", then ".join(name for _, name in way) for face, way in ways.items()]
    parts = [HEAD.format(width=width + LEFT, height=height, label=escape("; ".join(told)))]
    for row, (face, way) in enumerate(ways.items()):
        parts += _way(face, way, TOP + WAY_ROW * row)
    return "\n".join([*parts, "</svg>"])


def _way(face: str, way: Sequence[Stop], y: int) -> Iterator[str]:
    middle = y + STOP_HEIGHT // 2
    yield _words(LEFT, middle + 5, face, "start", bold=True)
    for column, (module, name) in enumerate(way):
        x = LEFT + FACE_WIDTH + STOP_COLUMN * column
        yield f'<rect x="{x}" y="{y}" width="{STOP_WIDTH}" height="{STOP_HEIGHT}" rx="8"/>'
        center = x + STOP_WIDTH // 2
        yield _words(center, y + 20, name.removeprefix("AsyncioHostLoop."), "middle", size=13)
        yield _words(center, y + 39, module.rpartition(".")[0], "middle", size=12)
        if column:
            start, end = x - STOP_COLUMN + STOP_WIDTH, x - 3
            yield f'<path d="M{start} {middle}H{end}" marker-end="url(#tip)"/>'


def _room_width(name: str) -> int:
    return LETTER * len(name) + 20


def _room(x: int, y: int, name: str) -> str:
    width = _room_width(name)
    box = f'<rect x="{x}" y="{y}" width="{width}" height="{ROOM_HEIGHT}" rx="6"/>'
    return box + _words(x + width // 2, y + 22, name, "middle")


def _words(x: int, y: int, text: str, anchor: str, *, bold: bool = False, size: int = 14) -> str:
    weight = ' font-weight="bold"' if bold else ""
    place = f'x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}"'
    return f"<text {place}{weight} {FILL}>{escape(text)}</text>"
