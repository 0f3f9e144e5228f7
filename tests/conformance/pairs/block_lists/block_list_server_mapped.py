"""On a dual-stack server the rules for IPv4 meet IPv4 clients, whose addresses are mapped ones."""

# rows: 2.use.server 4.option.blockList
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    blockList = net.BlockList()
    blockList.addRange("127.0.0.2", "127.0.0.3")

    def on_connection(socket):
        log("connection", socket.remoteAddress, socket.remoteFamily)
        socket.end("hello")
        socket.resume()

    server = net.createServer({"blockList": blockList}, on_connection)
    server.on("drop", lambda data: log("server drop", data))
    server.on("close", lambda: log("server close"))

    def visit(host, localAddress, done):
        port = server.address()["port"]
        client = net.connect({"port": port, "host": host, "localAddress": localAddress})
        client.on("connect", lambda: log(f"{localAddress} connect"))
        client.on("data", lambda data: log(f"{localAddress} data", data))
        client.on("error", lambda error: log(f"{localAddress} error", error.code, error.syscall))

        def on_close(failed):
            log(f"{localAddress} close", failed)
            done()

        client.on("close", on_close)

    def on_listening():
        def then_outside():
            visit("127.0.0.1", "127.0.0.4", then_ipv6)

        def then_ipv6():
            visit("::1", "::1", then_ipv6_blocked)

        def then_ipv6_blocked():
            blockList.addAddress("::1", "ipv6")
            visit("::1", "::1", lambda: server.close())

        visit("127.0.0.1", "127.0.0.2", then_outside)

    server.listen(0, "::", on_listening)


run(main)
