"""A rule that is added while the server listens counts from the next connection on; nobody is told."""

# rows: 2.use.server 4.option.blockList 8.10
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    blockList = net.BlockList()
    blockList.addAddress("127.0.0.9")

    def on_connection(socket):
        log("connection", socket.remoteAddress)
        socket.end("hello")
        socket.resume()

    server = net.createServer({"blockList": blockList}, on_connection)
    watch(server, "server", "drop", "error")
    server.on("close", lambda: log("server close"))

    def visit(label, localAddress, done):
        port = server.address()["port"]
        client = net.connect({"port": port, "host": "127.0.0.1", "localAddress": localAddress})
        client.on("connect", lambda: log(f"{label} connect"))
        client.on("data", lambda data: log(f"{label} data", data))
        client.on("end", lambda: log(f"{label} end"))
        client.on("error", lambda error: log(f"{label} error", error.code, error.syscall))

        def on_close(failed):
            log(f"{label} close", failed)
            done()

        client.on("close", on_close)

    def on_listening():
        def then_blocked():
            visit("blocked", "127.0.0.9", then_later)

        def then_later():
            blockList.addSubnet("127.0.0.0", 30)
            log("rule added", blockList.check("127.0.0.1"))
            visit("later", "127.0.0.1", then_outside)

        def then_outside():
            visit("outside", "127.0.0.5", lambda: server.close())

        visit("first", "127.0.0.1", then_blocked)

    server.listen(0, "0.0.0.0", on_listening)


run(main)
