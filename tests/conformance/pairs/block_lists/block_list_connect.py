"""A socket does not dial what its block list holds: an attempt, then the error, and nobody at the server."""

# rows: 2.use.connect 6.option.blockList 5.event.connectionAttempt 8.1
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    blockList = net.BlockList()
    blockList.addSubnet("127.0.0.0", 8)

    def on_connection(socket):
        log("connection", socket.remoteAddress)
        socket.destroy()

    server = net.createServer(on_connection)
    server.on("close", lambda: log("server close"))

    def dial(label, host, done):
        port = server.address()["port"]
        client = net.connect({"port": port, "host": host, "blockList": blockList})
        watch(client, label, "lookup", "connectionAttempt", "connectionAttemptFailed")
        watch(client, label, "connect", "ready", "error", "end")

        def on_close(failed):
            log(f"{label} close", failed, client.destroyed, client.bytesWritten)
            done()

        client.on("close", on_close)
        log(f"{label} write", client.write("lost", lambda error: log(f"{label} write done", error)))
        client.resume()

    def on_listening():
        def then_mapped():
            dial("mapped", "::ffff:127.0.0.1", then_ipv6)

        def then_ipv6():
            blockList.addAddress("::1", "ipv6")
            dial("ipv6", "::1", lambda: server.close())

        dial("ipv4", "127.0.0.1", then_mapped)

    server.listen(0, "::", on_listening)


run(main)
