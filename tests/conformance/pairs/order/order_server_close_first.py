"""The server's close comes after the last connection's end and before that socket's own close."""

# rows: 8.1 5.event.close 4.event.close

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def onConnection(peer):
        server.close(lambda *values: log("close callback", *values))
        watch(peer, "peer", "end", "finish", "close")
        peer.resume()
        log("listening", server.listening)

    server = net.createServer(onConnection)
    watch(server, "server", "close", "error")

    def start():
        socket = net.connect("s.sock")
        net.setTimeout(lambda: socket.end(), 20)

    server.listen("s.sock", start)


run(main)
