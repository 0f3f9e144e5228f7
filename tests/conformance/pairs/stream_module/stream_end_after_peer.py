"""end(data) on a socket whose peer has ended, where half-open connections are off."""

# rows: 5.stream.writableEnded 5.write 5.option.allowHalfOpen

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def on_connection(peer):
        watch(peer, "peer", "finish", "error", "close")
        peer.resume()

        def later():
            log("later", peer.writable, peer.writableEnded, peer.destroyed)
            peer.end("answer", lambda error: log("end called back", error))
            log("returned", peer.destroyed)

        def on_end():
            log("end", peer.writable, peer.writableEnded)
            net.setTimeout(later, 50)

        peer.on("end", on_end)

    server = net.createServer(on_connection)

    def start():
        client = net.connect({"path": "s.sock", "allowHalfOpen": True}, lambda: client.end("x"))
        client.on("error", lambda error: None)
        client.resume()

        def close():
            client.destroy()
            server.close()

        net.setTimeout(close, 200)

    server.listen("s.sock", start)


run(main)
