"""The timeout option of connect, a timeout while connecting, and none after destroy."""

# rows: 5.setTimeout 5.event.timeout 5.timeout

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.resume())

    def start():
        options = {"port": server.address()["port"], "host": "127.0.0.1", "timeout": 150}
        socket = net.connect(options)
        log("timeout", socket.timeout, socket.listenerCount("timeout"))
        count = 0

        def onTimeout():
            nonlocal count
            count += 1
            log("timeout", socket.readyState)
            socket.setTimeout(5)
            socket.destroy()
            net.setTimeout(finish, 40)

        def finish():
            log("count", count, socket.timeout)
            server.close(idlePart)

        socket.on("timeout", onTimeout)
        watch(socket, "socket", "close")

    def idlePart():
        idle = net.Socket()
        idle.setTimeout(10, lambda: log("idle timeout", idle.readyState, idle.pending))
        net.setTimeout(lambda: log("idle", idle.timeout), 40)

    server.listen(0, "127.0.0.1", start)


run(main)
