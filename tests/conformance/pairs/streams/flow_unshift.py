"""unshift puts bytes back in front, in flowing and in readable mode; after the end it is an error."""

# rows: 5.stream.unshift 5.stream.read

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.end("HEADbody"))

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")

        def onReadable():
            head = socket.read(6)
            log("head", head)
            if head is None:
                return
            socket.removeListener("readable", onReadable)
            log("unshift", socket.unshift(head[4:]), socket.readableLength)
            socket.unshift("<")
            log("length", socket.readableLength)
            socket.on("data", lambda data: log("data", data))
            socket.on("end", onEnd)
            socket.resume()

        def onEnd():
            log("end", socket.unshift("late"))

        socket.on("readable", onReadable)
        watch(socket, "socket", "error", "close")
        socket.on("close", lambda hadError: server.close())

    server.listen(0, "127.0.0.1", start)


run(main)
