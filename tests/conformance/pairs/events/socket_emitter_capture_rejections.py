"""captureRejections: a failing async listener destroys the socket with its error."""

# rows: 5.event.error 5.event.data

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.write("x"))

    def start():
        socket = net.Socket({"captureRejections": True})

        async def onData(data):
            log("data", data)
            raise Exception("from the coroutine")

        socket.on("data", onData)
        watch(socket, "socket", "end", "error", "close")
        socket.on("close", lambda hadError: server.close())
        socket.connect("s.sock")

    server.listen("s.sock", start)


run(main)
