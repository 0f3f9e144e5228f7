"""end(data) and write inside of the end event, and right after our side was ended for the peer."""

# rows: 5.stream.writableEnded 5.write 8.6

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def on_connection(peer):
        watch(peer, "peer", "finish", "error", "close")
        peer.resume()

        def late():
            log("write", peer.write("late", lambda error: log("written", error)))
            peer.end("later", lambda error: log("end called back", error))

        def tick():
            log("tick", peer.writableEnded)
            net.setImmediate(late)

        peer.on("end", lambda: net.nextTick(tick))

    server = net.createServer(on_connection)

    def start():
        client = net.connect("s.sock", lambda: client.end())
        client.on("error", lambda error: None)
        client.resume()

        def close():
            client.destroy()
            server.close()

        net.setTimeout(close, 200)

    server.listen("s.sock", start)


run(main)
