"""writableEnded of a socket that is destroyed while its end is pending, connecting and connected."""

# rows: 5.stream.writableEnded 5.destroy

from anynet import node as net
from tests.conformance.tracing import log, run


def show(label, socket):
    log(label, socket.writable, socket.writableEnded, socket.writableFinished, socket.destroyed)


def start(label, prepare, next_one):
    socket = net.connect("s.sock")

    def on_close(failed):
        show(f"{label} close", socket)
        next_one()

    socket.on("error", lambda error: None)
    socket.on("finish", lambda: log(f"{label} finish"))
    socket.on("close", on_close)
    prepare(socket)


def destroyed(label, socket):
    socket.end("x", lambda error: log(f"{label} ended", error))
    show(label, socket)
    socket.destroy()
    show(f"{label} destroyed", socket)


def main():
    server = net.createServer(lambda peer: peer.resume().on("error", lambda error: None))

    def connected():
        start(
            "connected",
            lambda socket: socket.on("connect", lambda: destroyed("connected", socket)),
            lambda: server.close(),
        )

    def connecting():
        start("connecting", lambda socket: destroyed("connecting", socket), connected)

    server.listen("s.sock", connecting)


run(main)
