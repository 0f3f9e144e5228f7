"""pipe() pauses its source while the target's buffer is full, and nothing is lost."""

# rows: 5.stream.pipe 5.event.drain 5.pause 8.6

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    size = 2000000
    total = 0
    sinkPeer = None

    def onSink(peer):
        nonlocal sinkPeer
        sink.close()
        sinkPeer = peer

        def onData(data):
            nonlocal total
            total += len(data)

        peer.on("data", onData)
        peer.on("end", lambda: log("sink end", total, total == size))

    sink = net.createServer({"pauseOnConnect": True}, onSink)

    def onConnection(peer):
        server.close()
        peer.end(b"z" * size)

    server = net.createServer(onConnection)

    def start():
        source = net.connect("s.sock")
        target = net.connect({"path": "sink.sock", "highWaterMark": 1000})
        source.pipe(target)

        def look():
            log(
                "held back",
                source.bytesRead < size,
                source.isPaused(),
                target.writableNeedDrain,
                total,
            )
            sinkPeer.resume()

        net.setTimeout(look, 100)
        source.on("end", lambda: log("source end", source.bytesRead))
        target.on(
            "close",
            lambda hadError: log("target close", target.bytesWritten, target.writableFinished),
        )

    sink.listen("sink.sock", lambda: server.listen("s.sock", start))


run(main)
