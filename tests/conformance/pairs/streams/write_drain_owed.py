"""Once owed, drain fires, also when a later write flushed the backlog, and when writes go on in callbacks."""

# rows: 8.6 5.event.drain 5.write

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    server = net.createServer(lambda peer: peer.resume())

    def start():
        socket = net.connect({"path": "s.sock", "highWaterMark": 10})
        drains = 0

        def onDrain():
            nonlocal drains
            drains += 1
            log("drain", drains, socket.writableLength, socket.writableNeedDrain)
            if drains == 1:
                log(
                    "more",
                    socket.write("0123456789abc", lambda *values: log("third written", *values)),
                )
                log("owed", socket.writableNeedDrain, socket.writableLength)
                net.setTimeout(finish, 30)

        def finish():
            log("drains", drains)
            socket.end()
            server.close()

        socket.on("drain", onDrain)

        def onFirst(*values):
            log("first written", *values)
            log("inside", socket.write("z"), socket.writableNeedDrain, socket.writableLength)

        log("first", socket.write("0123456789", onFirst), socket.writableNeedDrain)
        log(
            "second",
            socket.write("ab", lambda *values: log("second written", *values)),
            socket.writableNeedDrain,
        )

    server.listen("s.sock", start)


run(main)
