"""The fd option takes an open descriptor over: here a Unix socket that a child inherits."""

# rows: 5.option.fd 5.option.readable 5.option.writable 5.readyState

import socket as sockets
import subprocess
import sys

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def child(fd):
    socket = net.Socket({"fd": fd, "readable": True, "writable": True})
    log(
        "child",
        socket.readyState,
        socket.pending,
        socket.connecting,
        socket.readable,
        socket.writable,
    )
    log("address", socket.address(), socket.remoteAddress)
    watch(socket, "child", "connect", "end", "finish", "close")

    def onData(data):
        log("data", data, socket.bytesRead)
        socket.write(data)

    socket.on("data", onData)


def parent():
    ours, theirs = sockets.socketpair()
    fd = theirs.fileno()
    worker = subprocess.Popen([sys.executable, __file__, str(fd)], pass_fds=[fd])
    theirs.close()
    ours.sendall(b"over the descriptor")
    ours.recv(100)
    ours.close()
    worker.wait()


def main():
    child(int(sys.argv[1]))


if len(sys.argv) > 1:
    run(main)
else:
    parent()
