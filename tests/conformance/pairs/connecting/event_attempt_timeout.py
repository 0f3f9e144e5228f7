"""With autoselection an attempt that hangs times out and the next address is tried."""

# rows: 5.event.connectionAttemptTimeout 5.event.connectionAttempt 5.autoSelectFamilyAttemptedAddresses 6.autoselect

import socket as sockets

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def deaf():
    listener = sockets.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)
    return listener


def parent():
    listener = deaf()
    port = listener.getsockname()[1]
    fillers = [net.connect(port, "127.0.0.1"), net.connect(port, "127.0.0.1")]

    def attack():
        extra = net.connect(port, "127.0.0.1")
        net.setTimeout(lambda: race(port, [*fillers, extra], listener), 60)

    fillers[1].on("connect", attack)


def race(port, fillers, listener):
    server = net.createServer(lambda peer: peer.end("from the second"))

    def lookup(host, options, callback):
        net.setImmediate(
            lambda: callback(
                None,
                [{"address": "127.0.0.1", "family": 4}, {"address": "127.0.0.2", "family": 4}],
            )
        )

    def start():
        options = {
            "port": port,
            "host": "two.test",
            "lookup": lookup,
            "autoSelectFamily": True,
            "autoSelectFamilyAttemptTimeout": 50,
        }
        socket = net.connect(options)
        watch(
            socket,
            "socket",
            "lookup",
            "connectionAttempt",
            "connectionAttemptFailed",
            "connectionAttemptTimeout",
            "connect",
            "ready",
            "data",
            "error",
            "close",
        )

        def onClose(hadError):
            log("attempted", socket.autoSelectFamilyAttemptedAddresses)
            for filler in fillers:
                filler.destroy()
            listener.close()
            server.close()

        socket.on("close", onClose)

    server.listen(port, "127.0.0.2", start)


def main():
    parent()


run(main)
