"""The connection fails: error, close, and every queued write's callback with an error."""

# rows: 8.5 8.1 5.write 5.event.error

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer()

    def start():
        port = server.address()["port"]
        server.close(lambda: attack(port))

    def attack(port):
        socket = net.connect(port, "127.0.0.1")
        watch(socket, "socket", "connect", "ready", "end", "finish", "close")
        log("one", socket.write("one", lambda *values: log("one written", *values)))
        log("two", socket.write("two", lambda *values: log("two written", *values)))
        log("end", socket.end(lambda *values: log("ended", *values)) is socket)
        socket.on(
            "error",
            lambda error: log(
                "error", error.code, error.syscall, socket.destroyed, socket.connecting
            ),
        )
        socket.on("close", unixPart)

    def unixPart(hadError):
        socket = net.connect("nobody.sock")
        watch(socket, "unix", "connect", "ready", "error", "close")
        log(
            "unix",
            socket.write("one", lambda *values: log("unix written", *values)),
            socket.pending,
        )

    server.listen(0, "127.0.0.1", start)


run(main)
