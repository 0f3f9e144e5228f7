"""What the workers and children of the tests run: `python cluster_programs.py BACKEND NAME`."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from typing import Any

from anynet import node as net
from anynet.cluster.distribution.received_listeners import PassedConnections
from anynet.node import cluster, process


def serve() -> None:
    """Answer every connection with the number of this worker."""
    server = net.createServer(lambda socket: socket.end(f"{process.unique_id}"))
    server.listen(0, "127.0.0.1")


def tell_error() -> None:
    """Tell what listening failed with."""
    server = net.createServer()

    def failed(error: Any) -> None:
        process.send([error.syscall, -error.errno])
        process.disconnect()

    server.on("error", failed)
    server.listen(0, "127.0.0.1")


def answer_nonsense() -> None:
    """Answer for a connection that was not passed."""

    def listening() -> None:
        (passed,) = (each for each in gc.get_objects() if isinstance(each, PassedConnections))
        passed._answer(b"+")

    net.createServer().listen(0, "127.0.0.1", listening)


def serve_path() -> None:
    """Listen at a path."""
    net.createServer(lambda socket: socket.end("served")).listen(process.argv[-1])


def collect() -> None:
    """Tell what comes from the sockets that are sent here, when each of them ends."""

    def on_message(message: Any, socket: Any) -> None:
        chunks: list[bytes] = []
        socket.on("data", chunks.append)
        socket.on("end", lambda: tell(b"".join(chunks)))
        process.send("taken")

    def tell(data: bytes) -> None:
        process.send([len(data), data[:4].decode(), data[-4:].decode()])

    process.on("message", on_message)


def echo() -> None:
    """Send every message back, with its handle."""
    process.on("message", lambda message, handle: process.send(message, handle) and None)


def answer() -> None:
    """Tell what kind of handle has come."""
    process.on(
        "message", lambda message, handle: process.send([message, type(handle).__name__]) and None
    )


def block() -> None:
    """Be of no use for anybody."""
    process.send("blocking")
    net.setImmediate(lambda: time.sleep(60))


def stubborn() -> None:
    """Don't end when the primary is gone."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    process.removeAllListeners("disconnect")
    process.send("ready")
    net.setInterval(lambda: None, 1000)


def speak() -> None:
    """Write to the standard streams, and read from them."""
    sys.stdout.write(f"heard {sys.stdin.readline()}")
    sys.stderr.write("complaint\n")


def fork_again() -> None:
    """Workers fork no workers; but children."""
    try:
        cluster.fork()
    except net.NodeError as error:
        process.send(error.code)
    child = net.child_process.fork(__file__, [*process.argv[2:3], "whoami"])
    child.on("message", lambda message, handle: process.send(message) and None)
    child.on("exit", lambda *_: process.disconnect())


def whoami() -> None:
    """Tell what this process is."""
    process.send([cluster.isWorker, cluster.isPrimary, "ANYNET_NODE_UNIQUE_ID" in os.environ])


def primary() -> None:
    """Fork a worker that listens and one that blocks; tell their numbers; be killed."""
    pids: list[int] = []

    def online(worker: Any, *_: object) -> None:
        pids.append(worker.process.pid)
        if len(pids) == 2:
            sys.stdout.write(f"{pids[0]} {pids[1]}\n")
            sys.stdout.flush()

    cluster.on("listening", online)
    cluster.on("message", online)
    backend, path = process.argv[2], process.argv[-1]
    cluster.setupPrimary({"exec": __file__, "args": [backend, "serve_path", path]})
    cluster.fork()
    cluster.setupPrimary({"args": [backend, "block"]})
    cluster.fork()


def exit_code() -> None:
    """End by itself, with a status of its own."""
    process.on("exit", lambda code: sys.stdout.write(f"exit {code}\n"))
    process.exitCode = 3


def exit_early() -> None:
    """End in the middle."""
    process.on("exit", lambda code: sys.stdout.write(f"exit {code}\n"))
    net.setInterval(lambda: None, 1000)
    net.setImmediate(lambda: process.exit(4))


def exit_failing() -> None:
    """End by an exception."""
    process.on("exit", lambda code: sys.stdout.write(f"exit {code}\n"))
    raise ValueError("it failed")


def exit_by_system_exit() -> None:
    """End by Python's own way."""
    process.on("exit", lambda code: sys.stdout.write(f"exit {code}\n"))
    net.setImmediate(lambda: sys.exit(5))


if __name__ == "__main__":
    backend: Any = sys.argv[1]
    net.run(globals()[sys.argv[2]], backend=backend)
