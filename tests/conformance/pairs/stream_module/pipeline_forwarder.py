"""A forwarder made of two pipelines through a transform, between two connections."""

# rows: s.pipeline s.Transform 5.stream.pipe

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import log, run


def main():
    seen = {}

    def note(label, value):
        seen[label] = value
        if len(seen) == 5:
            for key in sorted(seen):
                log(key, seen[key])

    def upper():
        return stream.Transform(
            transform=lambda chunk, encoding, done: done(None, chunk.decode().upper())
        )

    def on_upstream(peer):
        peer.setEncoding("utf8")
        peer.on("data", lambda text: peer.end("bye " + text))

    def on_client(client):
        target = net.connect({"path": "up.sock", "allowHalfOpen": True})

        def done(error):
            note("to the client", error is None)
            forwarder.close(lambda: note("closed", True))
            upstream.close()

        stream.pipeline(client, upper(), target, lambda error: note("to the target", error is None))
        stream.pipeline(target, client, done)

    def start_client():
        client = net.connect("s.sock", lambda: client.end("hello"))
        client.setEncoding("utf8")
        client.on("data", lambda text: note("client got", text))
        client.on("close", lambda failed: note("client failed", failed))

    upstream = net.createServer(on_upstream)
    forwarder = net.createServer({"allowHalfOpen": True}, on_client)
    upstream.listen("up.sock", lambda: forwarder.listen("s.sock", start_client))


run(main)
