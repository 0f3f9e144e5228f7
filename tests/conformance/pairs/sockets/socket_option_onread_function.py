"""onread with a function: it is asked for a buffer before each read."""

# rows: 5.option.onread

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    asked = 0
    reads = 0
    text = ""
    sizes = [3, 5, 100]

    def nextBuffer():
        nonlocal asked
        size = sizes[asked % 3]
        asked += 1
        return bytearray(b"-" * size)

    def onRead(count, filled):
        nonlocal reads, text
        reads += 1
        log("read", count, len(filled), filled[:count])
        text += filled[:count].decode()
        return True

    server = net.createServer(lambda peer: peer.end("abcdefghijklmnop"))

    def start():
        options = {
            "port": server.address()["port"],
            "host": "127.0.0.1",
            "onread": {"buffer": nextBuffer, "callback": onRead},
        }
        socket = net.connect(options)
        watch(socket, "socket", "data", "end", "close")

        def onClose(hadError):
            log("text", text, reads, asked, hadError)
            server.close()

        socket.on("close", onClose)

    server.listen(0, "127.0.0.1", start)


run(main)
