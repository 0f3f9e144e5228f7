"""The end that came with the last data is emitted before what the echo of that data makes ready."""

# rows: 8.8 5.event.end 5.option.onread

from anynet import node as net
from tests.conformance.tracing import log, run


def one(label, options, then):
    def onConnection(peer):
        server.close()
        peer.on("data", lambda data: log(label + " peer data", data.decode()))
        peer.on("close", lambda hadError: log(label + " peer close", hadError))
        net.setTimeout(lambda: peer.end("last"), 20)

    server = net.createServer({"allowHalfOpen": True}, onConnection)

    def start():
        port = server.address()["port"]

        def echo(text):
            log(label + " echo", text)
            socket.write(text)

        socket = net.connect(
            {"port": port, "host": "127.0.0.1", "allowHalfOpen": True, **options(echo)}
        )
        socket.on("data", lambda data: echo(data.decode()))

        def onEnd():
            log(label + " end")
            socket.end()

        def onClose(hadError):
            log(label + " close", hadError)
            net.setTimeout(then, 20)

        socket.on("end", onEnd)
        socket.on("close", onClose)

    server.listen(0, "127.0.0.1", start)


def onread(echo):
    return {
        "onread": {
            "buffer": bytearray(100),
            "callback": lambda count, buffer: echo(buffer[:count].decode("latin1")),
        }
    }


def main():
    one("plain", lambda echo: {}, lambda: one("onread", onread, lambda: log("done")))


run(main)
