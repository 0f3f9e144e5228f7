"""The end that comes with the last data has a turn of its own, after the immediates and closes of
that of the data."""

# rows: 8.8 5.event.end 5.event.close 5.option.onread

from anynet import node as net
from tests.conformance.tracing import log, run


def one(label, options, then):
    def onConnection(peer):
        server.close()
        peer.resume()
        # Both sides are over with this: the kernel reports a hang-up beside the data.
        peer.on("end", lambda: net.setTimeout(lambda: peer.end("last"), 20))
        peer.on("close", lambda hadError: log(label + " peer close", hadError))

    server = net.createServer({"allowHalfOpen": True}, onConnection)

    def start():
        port = server.address()["port"]

        def got(text):
            log(label + " data", text)
            net.setImmediate(lambda: log(label + " immediate"))

        socket = net.connect(
            {"port": port, "host": "127.0.0.1", "allowHalfOpen": True, **options(got)}
        )
        socket.on("data", lambda data: got(data.decode()))
        socket.on("end", lambda: log(label + " end"))

        def onClose(hadError):
            log(label + " close", hadError)
            net.setTimeout(then, 20)

        socket.on("close", onClose)
        socket.end()

    server.listen(0, "127.0.0.1", start)


def onread(got):
    return {
        "onread": {
            "buffer": bytearray(100),
            "callback": lambda count, buffer: got(buffer[:count].decode("latin1")),
        }
    }


def main():
    one("plain", lambda got: {}, lambda: one("onread", onread, lambda: log("done")))


run(main)
