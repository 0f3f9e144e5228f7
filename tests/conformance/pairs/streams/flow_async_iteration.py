"""for await reads to the end, then the socket is closed."""

# rows: 5.stream.asyncIteration 5.event.close

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.end("iterate over me"))

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        socket.setEncoding("utf8")
        watch(socket, "socket", "end", "close", "error")

        async def readAll():
            text = ""
            async for chunk in socket:
                text += chunk
            log("done", text, socket.destroyed, socket.readableEnded)
            server.close()

        socket.on("connect", readAll)

    server.listen(0, "127.0.0.1", start)


run(main)
