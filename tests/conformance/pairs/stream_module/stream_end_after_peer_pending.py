"""end(data) right after our side was ended for the peer, while that is still under way."""

# rows: 5.stream.writableEnded 5.write 8.6

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def on_connection(peer):
        watch(peer, "peer", "finish", "error", "close")
        peer.resume()

        def tick():
            log("tick", peer.writableEnded)
            peer.end("later", lambda error: log("end called back", error))
            log("returned", peer.destroyed)

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
