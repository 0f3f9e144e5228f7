"""The target of a pipe is destroyed: the source is unpiped and paused, and stays alive."""

# rows: 5.stream.pipe 5.stream.unpipe 5.destroy

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def onConnection(peer):
        peer.on("data", lambda data: peer.write(data))

    server = net.createServer(onConnection)

    def start():
        source = net.connect(server.address()["port"], "127.0.0.1")
        target = net.connect(server.address()["port"], "127.0.0.1")
        watch(target, "target", "finish", "error", "close")
        watch(source, "source", "error", "pause", "resume")
        target.on("unpipe", lambda origin, info: log("unpipe", origin is source, source.isPaused()))
        source.pipe(target)

        def onReady():
            target.destroy()

            def later():
                log("later", source.destroyed, source.readableFlowing, source.listenerCount("data"))
                source.destroy()
                server.close(lambda: log("server close"))

            net.setTimeout(later, 20)

        target.on("ready", onReady)

    server.listen(0, "127.0.0.1", start)


run(main)
