"""An error event without a listener ends the program with that very error."""

# rows: 8.9 5.event.error

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    socket = net.connect("nobody.sock")
    watch(socket, "socket", "connect", "close")
    log("sync", socket.listenerCount("error"))
    net.setTimeout(lambda: log("never"), 500)


run(main)
