"""A proxy of two pipes: data, ends and closes pass through."""

# rows: 5.stream.pipe 5.event.end

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    steps = []

    def onRequest(peer):
        upstream.close()
        asked = ""

        def onData(data):
            nonlocal asked
            asked += data.decode()

        peer.on("data", onData)
        peer.on("end", lambda: peer.end("answer to " + asked))

    upstream = net.createServer({"allowHalfOpen": True}, onRequest)

    def onConnection(front):
        proxy.close()
        options = {"path": "up.sock", "allowHalfOpen": True}
        back = net.connect(options)
        log("pipes", front.pipe(back) is back, back.pipe(front) is front)
        back.on("end", lambda: steps.append("back end"))
        back.on("finish", lambda: steps.append("back finish"))
        front.on("end", lambda: steps.append("front end"))
        front.on("finish", lambda: steps.append("front finish"))

    proxy = net.createServer({"allowHalfOpen": True}, onConnection)

    def start():
        socket = net.connect("front.sock")
        answer = ""

        def onData(data):
            nonlocal answer
            answer += data.decode()

        socket.on("data", onData)
        socket.on("end", lambda: log("end", answer, steps))
        watch(socket, "socket", "close")
        socket.end("question")

    upstream.listen("up.sock", lambda: proxy.listen("front.sock", start))


run(main)
