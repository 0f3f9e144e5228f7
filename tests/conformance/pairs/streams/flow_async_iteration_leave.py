"""Leaving the loop destroys the socket; destroying the socket raises inside the loop."""

# rows: 5.stream.asyncIteration 5.destroy 5.event.close

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def onConnection(peer):
        peer.write("endless")
        peer.on("error", lambda error: log("peer error"))

    server = net.createServer(onConnection)

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        watch(socket, "left", "end", "error", "close")

        async def readOne():
            async for chunk in socket:
                log("chunk", chunk, socket.destroyed)
                break
            log("left", socket.destroyed)

        socket.on("connect", readOne)
        socket.on("close", second)

    def second(hadError):
        socket = net.connect(server.address()["port"], "127.0.0.1")
        watch(socket, "broken", "end", "error", "close")

        async def readOn():
            try:
                async for chunk in socket:
                    log("chunk", chunk)
                    socket.destroy(Exception("enough"))
            except Exception as error:
                log("raised", error)
            server.close()

        socket.on("connect", readOn)

    server.listen(0, "127.0.0.1", start)


run(main)
