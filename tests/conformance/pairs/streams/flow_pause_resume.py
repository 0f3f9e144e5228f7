"""pause() holds data back, resume() lets it go on, in order and without loss."""

# rows: 5.pause 5.resume 5.stream.isPaused 5.stream.readableFlowing 5.event.data

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def onConnection(peer):
        server.close()
        peer.write("one")
        peer.on("data", lambda data: peer.write(data))
        peer.on("end", lambda: peer.end())

    server = net.createServer(onConnection)

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        log("new", socket.isPaused(), socket.readableFlowing)
        watch(socket, "socket", "pause", "resume", "end", "close")
        held = True

        def onData(data):
            log("data", data, socket.isPaused(), held)
            if held:
                log("pause", socket.pause() is socket, socket.isPaused(), socket.readableFlowing)
                socket.write("two")
                net.setTimeout(release, 40)
            else:
                socket.end()

        def release():
            nonlocal held
            held = False
            log(
                "resume",
                socket.resume() is socket,
                socket.isPaused(),
                socket.readableFlowing,
                socket.readableLength,
            )
            log("again", socket.resume() is socket, socket.isPaused())

        log("on", socket.on("data", onData) is socket, socket.isPaused(), socket.readableFlowing)

    server.listen(0, "127.0.0.1", start)


run(main)
