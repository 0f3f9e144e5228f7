"""After close no event comes, whatever is called on the socket; pause and resume do nothing."""

# rows: 8.1 5.event.close 5.destroy 5.pause 5.resume 5.setTimeout

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.end("x"))

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        watch(
            socket,
            "socket",
            "connect",
            "data",
            "end",
            "finish",
            "error",
            "close",
            "drain",
            "pause",
            "resume",
            "timeout",
        )

        def onClose(hadError):
            net.setTimeout(poke, 10)

        def poke():
            log("poke", socket.destroyed, socket.closed)
            log("pause", socket.pause() is socket, socket.isPaused())
            log("resume", socket.resume() is socket, socket.isPaused())
            log("read", socket.read())
            log("destroy", socket.destroy(Exception("late")) is socket)
            log("reset", socket.resetAndDestroy() is socket)
            log("soon", socket.destroySoon())
            log("timeout", socket.setTimeout(5) is socket)
            log("write", socket.write("x"))
            log("end", socket.end() is socket)
            log("push", socket.push("x"))
            log("encoding", socket.setEncoding("utf8") is socket)
            log("refs", socket.ref() is socket, socket.unref() is socket)
            log("cork", socket.cork(), socket.uncork())
            log("errored", socket.errored)
            server.close()
            net.setTimeout(lambda: log("done"), 30)

        socket.on("close", onClose)

    server.listen(0, "127.0.0.1", start)


run(main)
