"""A server with allowHalfOpen answers after the client has ended, and stays writable until it ends itself."""

# rows: 5.option.allowHalfOpen 5.event.end 8.2

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    asked = ""

    def onConnection(peer):
        server.close()

        def onData(data):
            nonlocal asked
            asked += data.decode()

        peer.on("data", onData)

        def later():
            log("server later", peer.write("an"), peer.readyState)
            peer.end("swer")

        def onEnd():
            log(
                "server end",
                asked,
                peer.readyState,
                peer.writable,
                peer.readable,
                peer.readableEnded,
            )
            net.setTimeout(later, 20)

        peer.on("end", onEnd)

    server = net.createServer({"allowHalfOpen": True}, onConnection)

    def start():
        answer = ""
        steps = []
        socket = net.connect("s.sock")

        def onData(data):
            nonlocal answer
            answer += data.decode()

        socket.on("data", onData)
        socket.on("finish", lambda: steps.append(["finish", socket.readyState]))
        socket.on("end", lambda: log("end", answer, socket.readyState, steps))
        socket.on("close", lambda hadError: log("close", hadError))
        log(
            "end returns",
            socket.end("question") is socket,
            socket.writableEnded,
            socket.writableFinished,
        )

    server.listen("s.sock", start)


run(main)
