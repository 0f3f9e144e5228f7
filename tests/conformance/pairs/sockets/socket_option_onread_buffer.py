"""onread with one buffer: the callback gets the count and that very buffer; no data events."""

# rows: 5.option.onread 5.event.end 5.bytesRead

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    buffer = bytearray(b"." * 4)
    seen = ""
    same = True

    def onRead(count, filled):
        nonlocal same, seen
        same = same and filled is buffer and count <= 4
        seen += filled[:count].decode()
        return True

    server = net.createServer(lambda peer: peer.end("hello over onread"))

    def start():
        options = {
            "port": server.address()["port"],
            "host": "127.0.0.1",
            "onread": {"buffer": buffer, "callback": onRead},
        }
        socket = net.connect(options)
        watch(socket, "socket", "connect", "data", "end", "finish", "close")

        def onClose(hadError):
            log("seen", seen, same, socket.bytesRead, hadError)
            server.close()

        socket.on("close", onClose)

    server.listen(0, "127.0.0.1", start)


run(main)
