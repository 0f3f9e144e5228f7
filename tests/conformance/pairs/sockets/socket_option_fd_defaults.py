"""With fd, readable and writable default to both, as without it; each can be switched off."""

# rows: 5.option.fd 5.option.readable 5.option.writable

import socket as sockets
import subprocess
import sys

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def child(kind):
    options = {"fd": 0}
    if kind == "readable":
        options["readable"] = True
        options["writable"] = False
    if kind == "writable":
        options["readable"] = False
        options["writable"] = True
    socket = net.Socket(options)
    log(kind, socket.readyState, socket.readable, socket.writable, socket.readableFlowing)
    watch(socket, kind, "data", "end", "finish", "close")
    net.setTimeout(lambda: socket.destroy(), 100)


def parent(kinds):
    ours, theirs = sockets.socketpair()
    worker = subprocess.Popen([sys.executable, __file__, kinds[0]], stdin=theirs)
    theirs.close()
    ours.sendall(b"sent to the child")
    ours.shutdown(sockets.SHUT_WR)
    log("child ended", worker.wait())
    ours.close()
    if len(kinds) > 1:
        parent(kinds[1:])


def main():
    child(sys.argv[1])


if len(sys.argv) > 1:
    run(main)
else:
    parent(["both", "readable", "writable"])
