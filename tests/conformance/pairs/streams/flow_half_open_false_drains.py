"""allowHalfOpen false ends after draining: a large answer still arrives after the client's end."""

# rows: 8.2 5.option.allowHalfOpen 5.event.drain

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    size = 3000000
    serverSide = []

    def onConnection(peer):
        server.close()

        def record(name):
            peer.on(name, lambda *values: serverSide.append([name, *values]))

        for name in ["drain", "end", "finish", "close"]:
            record(name)
        peer.resume()
        serverSide.append(
            [
                "write",
                peer.write(b"x" * size, lambda *values: serverSide.append(["written", *values])),
            ]
        )

    server = net.createServer(onConnection)
    server.on("close", lambda: log("server side", serverSide))

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        total = 0

        def onData(data):
            nonlocal total
            total += len(data)

        socket.on("data", onData)
        watch(socket, "socket", "finish")
        socket.on("end", lambda: log("end", total, total == size, socket.bytesRead == size))
        socket.on("connect", lambda: socket.end())

    server.listen(0, "127.0.0.1", start)


run(main)
