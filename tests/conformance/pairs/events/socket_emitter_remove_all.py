"""removeAllListeners on a socket: what still works when the internal listeners are gone."""

# rows: 5.event.end 5.option.allowHalfOpen

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def onConnection(peer):
        server.close()
        peer.end("x")
        peer.on("end", lambda: log("peer end"))
        peer.resume()

    server = net.createServer(onConnection)

    def start():
        socket = net.connect("s.sock")
        log("before", socket.listenerCount("end"), socket.eventNames())
        log(
            "remove",
            socket.removeAllListeners() is socket,
            socket.listenerCount("end"),
            socket.eventNames(),
        )
        watch(socket, "socket", "connect", "data", "end", "finish", "close")

    server.listen("s.sock", start)


run(main)
