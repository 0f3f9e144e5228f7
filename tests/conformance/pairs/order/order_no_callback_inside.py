"""No callback runs inside the call that caused it: write, end, destroy, connect, pause and resume return first."""

# rows: 8.8 5.write 5.end 5.destroy 5.connect

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    server = net.createServer(lambda peer: peer.resume())

    def start():
        inside = ""

        def inCall(name, call):
            nonlocal inside
            inside = name
            call()
            inside = ""

        socket = net.Socket()

        def record(name):
            socket.on(name, lambda *values: log("event", inside, name))

        for name in [
            "connect",
            "ready",
            "finish",
            "end",
            "close",
            "drain",
            "error",
            "resume",
            "pause",
        ]:
            record(name)
        inCall(
            "connect",
            lambda: socket.connect({"port": server.address()["port"], "host": "127.0.0.1"}),
        )
        inCall("write", lambda: socket.write("x", lambda *values: log("written", inside)))

        def onReady():
            inCall(
                "write ready",
                lambda: socket.write("y", lambda *values: log("written ready", inside)),
            )
            inCall("resume", lambda: socket.resume())
            inCall("pause", lambda: socket.pause())
            inCall("end", lambda: socket.end("z", lambda *values: log("ended", inside)))
            inCall(
                "write after end", lambda: socket.write("w", lambda *values: log("late", inside))
            )
            inCall("destroy", lambda: socket.destroy())
            server.close()

        socket.on("ready", onReady)

    server.listen(0, "127.0.0.1", start)


run(main)
