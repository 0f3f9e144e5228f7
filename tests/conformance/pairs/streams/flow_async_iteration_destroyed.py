"""A socket destroyed without an error ends the loop with a premature close."""

# rows: 5.stream.asyncIteration 5.destroy

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.write("first"))

    def start():
        socket = net.connect("s.sock")
        watch(socket, "socket", "end", "error", "close")

        async def readOn():
            try:
                async for chunk in socket:
                    log("chunk", chunk)
                    net.setTimeout(lambda: socket.destroy(), 10)
            except Exception as error:
                log("raised", error)
            server.close()

        socket.on("connect", readOn)

    server.listen("s.sock", start)


run(main)
