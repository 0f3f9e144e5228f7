"""The blockList option: a blocked address is an attempt, an error and no failed event."""

# rows: 5.option.blockList 2.use.connect 5.event.error

from anynet import node as net
from tests.conformance.tracing import attempt, log, run, watch


def main():
    server = net.createServer(lambda peer: peer.end())
    blocked = net.BlockList()
    blocked.addAddress("127.0.0.1")
    other = net.BlockList()
    other.addAddress("127.0.0.9")

    def start():
        port = server.address()["port"]
        attempt("wrong", lambda: net.Socket({"blockList": "x"}))
        names = ["connectionAttempt", "connectionAttemptFailed", "connect", "end", "error", "close"]
        socket = net.Socket({"blockList": blocked})
        watch(socket, "blocked", *names)
        socket.connect(port, "127.0.0.1")
        log("state", socket.connecting, socket.destroyed)

        def second(hadError):
            free = net.connect({"port": port, "host": "127.0.0.1", "blockList": other})
            watch(free, "free", *names)
            free.resume()
            free.on("close", lambda hadError: server.close())

        socket.on("close", second)

    server.listen(0, "127.0.0.1", start)


run(main)
