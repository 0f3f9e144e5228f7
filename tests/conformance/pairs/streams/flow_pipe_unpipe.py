"""pipe and unpipe: their events, the listeners they add and take away, and the flow after it."""

# rows: 5.stream.pipe 5.stream.unpipe 5.stream.readableFlowing

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    def onConnection(peer):
        server.close()
        peer.on("data", lambda data: peer.write(data))

    server = net.createServer(onConnection)

    def counts(socket):
        names = ["data", "end", "drain", "error", "close", "finish", "unpipe"]
        return [socket.listenerCount(name) for name in names]

    def start():
        source = net.connect(server.address()["port"], "127.0.0.1")
        target = net.Socket()
        target.on("pipe", lambda origin: log("pipe", origin is source))
        target.on("unpipe", lambda origin, info: log("unpipe", origin is source, info))
        log("before", counts(source), counts(target), source.readableFlowing)
        log("pipe", source.pipe(target) is target, source.readableFlowing)
        log("piped", counts(source), counts(target))
        log("unpipe", source.unpipe(target) is source, source.readableFlowing, source.isPaused())
        log("after", counts(source), counts(target))
        log("again", source.unpipe(target) is source)
        source.pipe(target, {"end": False})
        log("no end", counts(source), counts(target))
        log("all", source.unpipe() is source, counts(source), counts(target))
        source.on("data", lambda data: log("data", data))
        log("flowing", source.readableFlowing, source.isPaused())

        def wake():
            source.resume()
            source.end("hello")

        source.on("connect", wake)
        source.on("end", lambda: log("end"))
        target.destroy()

    server.listen(0, "127.0.0.1", start)


run(main)
