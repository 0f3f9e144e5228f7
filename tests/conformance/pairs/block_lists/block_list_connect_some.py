"""With family autoselection an address that is blocked is passed over for the next one."""

# rows: 2.use.connect 6.option.blockList 6.autoselect
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    blockList = net.BlockList()
    blockList.addAddress("::1", "ipv6")

    def on_connection(socket):
        log("connection", socket.remoteAddress)
        socket.end()
        socket.resume()

    server = net.createServer(on_connection)

    def lookup(hostname, options, callback):
        callback(None, [{"address": "::1", "family": 6}, {"address": "127.0.0.1", "family": 4}])

    def dial(label, done):
        client = net.connect(
            {
                "port": server.address()["port"],
                "host": "host.test",
                "lookup": lookup,
                "blockList": blockList,
            }
        )
        watch(client, label, "connectionAttempt", "connectionAttemptFailed")
        watch(client, label, "connect", "error", "end")

        def on_close(failed):
            log(f"{label} close", failed, client.autoSelectFamilyAttemptedAddresses)
            done()

        client.on("close", on_close)
        client.resume()

    server.on("close", lambda: log("server close"))

    def on_listening():
        def then_both():
            blockList.addAddress("127.0.0.1")
            dial("both", lambda: server.close())

        dial("one of two", then_both)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
