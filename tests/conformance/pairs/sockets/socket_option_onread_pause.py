"""A callback of onread that answers false pauses the socket until resume()."""

# rows: 5.option.onread 5.pause 5.resume

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    buffer = bytearray(b"." * 2)
    server = net.createServer(lambda peer: peer.end("aabbcc"))
    socket = None

    def again():
        log("resuming", socket.isPaused(), socket.readableFlowing)
        socket.resume()

    def onRead(count, filled):
        log("read", count, filled)
        net.setTimeout(again, 20)
        return False

    def start():
        nonlocal socket
        options = {
            "port": server.address()["port"],
            "host": "127.0.0.1",
            "onread": {"buffer": buffer, "callback": onRead},
        }
        socket = net.connect(options)
        watch(socket, "socket", "data", "end", "close", "pause", "resume")
        socket.on("close", lambda hadError: server.close())

    server.listen(0, "127.0.0.1", start)


run(main)
