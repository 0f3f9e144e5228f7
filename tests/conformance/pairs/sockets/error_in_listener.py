"""An exception out of a data listener ends the program with that very exception."""

# rows: 8.9 5.event.data

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    server = net.createServer(lambda peer: peer.write("x"))

    def start():
        socket = net.connect("s.sock")

        def onData(data):
            log("data", data)
            raise Exception("from the listener")

        socket.on("data", onData)
        socket.on("error", lambda error: log("never", error))

    server.listen("s.sock", start)


run(main)
