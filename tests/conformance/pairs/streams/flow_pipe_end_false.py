"""pipe(target, {end: false}) leaves the target open when the source ends."""

# rows: 5.stream.pipe

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def onConnection(peer):
        peer.end("part ")

    server = net.createServer(onConnection)
    sinkText = ""

    def onSink(peer):
        sink.close()

        def onData(data):
            nonlocal sinkText
            sinkText += data.decode()

        peer.on("data", onData)
        peer.on("end", lambda: log("sink end", sinkText))

    sink = net.createServer(onSink)

    def start():
        target = net.connect("sink.sock")
        watch(target, "target", "end")
        target.on("unpipe", lambda origin, info: log("unpipe", origin is source))
        source = net.connect("s.sock")
        log("pipe", source.pipe(target, {"end": False}) is target)

        def onClose(hadError):
            server.close()
            log("source close", hadError, target.writable, target.writableEnded)
            target.end("and the rest")

        source.on("close", onClose)

    sink.listen("sink.sock", lambda: server.listen("s.sock", start))


run(main)
