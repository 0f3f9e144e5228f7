"""pause(), setEncoding(), setTimeout(), setNoDelay(), ref() and unref() while connecting:
kept for the connection."""

# rows: 5.pause 5.resume 5.setEncoding 5.setTimeout 5.ref 5.unref 5.setNoDelay
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server = net.createServer(lambda c: c.end("grüße"))

    def on_listening() -> None:
        client = net.connect(server.address()["port"], "127.0.0.1")
        log("pause", client.pause() is client, client.isPaused(), client.readableFlowing)
        log("setEncoding", client.setEncoding("utf8") is client, client.readableEncoding)
        log("setTimeout", client.setTimeout(5000) is client, client.timeout)
        log("setNoDelay", client.setNoDelay(True) is client)
        log("setKeepAlive", client.setKeepAlive(True, 1000) is client)
        log("unref", client.unref() is client, client.ref() is client)
        watch(client, "client", "connect", "ready", "data", "end", "close")

        def on_ready() -> None:
            log("in ready", client.isPaused(), client.readableFlowing, client.timeout)

            def on_immediate() -> None:
                log("resume", client.resume() is client, client.isPaused(), client.readableFlowing)

            net.setImmediate(on_immediate)

        client.on("ready", on_ready)

        def on_close(*_: object) -> None:
            log("timeout", client.timeout)
            server.close()

        client.on("close", on_close)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
