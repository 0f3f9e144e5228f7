"""allowHalfOpen on both ends: each end talks on after the other's end, and nothing closes by itself."""

# rows: 5.option.allowHalfOpen 5.end 8.2

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    def onConnection(peer):
        server.close()
        heard = []
        peer.on("data", lambda data: heard.append(data))
        peer.on("end", lambda: log("server end", b"".join(heard), peer.readyState, peer.destroyed))
        peer.end("server first")
        log("server ended", peer.readyState, peer.writableEnded)

    server = net.createServer({"allowHalfOpen": True}, onConnection)

    def start():
        socket = net.connect({"path": "s.sock", "allowHalfOpen": True})
        heard = []
        socket.on("data", lambda data: heard.append(data))

        def onEnd():
            log("client end", b"".join(heard), socket.readyState, socket.destroyed)
            net.setTimeout(later, 30)

        def later():
            log("client later", socket.readyState, socket.write("client "), socket.destroyed)
            socket.end("last")

        socket.on("end", onEnd)

    server.listen("s.sock", start)


run(main)
