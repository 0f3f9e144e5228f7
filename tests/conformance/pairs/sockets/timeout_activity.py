"""Activity of either direction restarts the timeout; after it fired, activity starts it again."""

# rows: 5.setTimeout 5.event.timeout

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    def onConnection(peer):
        server.close()
        peer.on("data", lambda data: peer.write(data))

    server = net.createServer(onConnection)

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        timeouts = 0
        writes = 0

        def onTimeout():
            nonlocal timeouts
            timeouts += 1
            log("timeout", timeouts, writes, socket.bytesRead)
            if timeouts == 1:
                socket.write("wake")
            else:
                socket.end()

        def busy():
            nonlocal writes
            writes += 1
            socket.write("x")
            if writes == 8:
                net.clearInterval(timer)
                log("stopped", timeouts)

        timer = net.setInterval(busy, 25)
        socket.setTimeout(150)
        socket.on("timeout", onTimeout)
        socket.resume()
        socket.on("end", lambda: log("end", timeouts, socket.bytesRead))

    server.listen(0, "127.0.0.1", start)


run(main)
