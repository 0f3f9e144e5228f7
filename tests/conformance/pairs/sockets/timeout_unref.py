"""A timeout alone does not hold the program."""

# rows: 5.setTimeout 5.unref

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    socket = net.Socket()
    log("set", socket.setTimeout(200, lambda: log("never")) is socket)
    log("timeout", socket.timeout, socket.listenerCount("timeout"))
    watch(socket, "socket", "close", "timeout")
    net.setTimeout(lambda: log("done", socket.timeout), 10)


run(main)
