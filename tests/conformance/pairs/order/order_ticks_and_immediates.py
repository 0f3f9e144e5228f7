"""Ticks run before the next input; immediates after it, timers in their order."""

# rows: 8.8 5.event.data

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    def onConnection(peer):
        server.close()
        peer.write("one")
        peer.on("data", lambda data: peer.end("two"))

    server = net.createServer(onConnection)

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")

        def onData(data):
            log("data", data)
            net.setImmediate(lambda: log("immediate one"))
            net.nextTick(lambda: log("tick one"))

            def nested():
                log("tick two")
                net.nextTick(lambda: log("tick three"))
                net.setImmediate(lambda: log("immediate two"))

            net.nextTick(nested)
            if socket.bytesRead == 3:
                socket.write("go")

        socket.on("data", onData)

        def onEnd():
            net.nextTick(lambda: log("tick of end"))
            log("end")

        socket.on("end", onEnd)
        socket.on("close", lambda hadError: log("close"))

    server.listen(0, "127.0.0.1", start)


run(main)
