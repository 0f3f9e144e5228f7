"""pause, resume and data listeners change nothing on a destroyed stream; a tick of resume that was
due still comes."""

# rows: 5.pause 5.resume 5.stream.readableFlowing 5.stream.isPaused 5.destroy 8.1

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.resume())

    def start():
        def before(socket):
            socket.destroy()
            log("paused", socket.pause().readableFlowing, socket.isPaused())
            log("resumed", socket.resume().readableFlowing, socket.isPaused())
            log("listening", socket.on("data", lambda data: log("data", data)).readableFlowing)
            log("both", socket.on("readable", lambda: log("readable")).readableFlowing)

        def flowing(socket):
            socket.resume()
            socket.destroy()
            log("paused", socket.pause().readableFlowing, socket.isPaused())

        def paused(socket):
            socket.pause()
            socket.destroy()
            log("resumed", socket.resume().readableFlowing, socket.isPaused())

        def withListener(socket):
            socket.on("readable", lambda: log("readable"))
            socket.destroy()
            log("resumed", socket.resume().readableFlowing, socket.isPaused())
            log("listening", socket.on("data", lambda data: log("data", data)).readableFlowing)
            socket.removeAllListeners("readable")
            net.setImmediate(lambda: log("without", socket.readableFlowing, socket.isPaused()))

        cases = {
            "before the first flow": before,
            "flowing": flowing,
            "paused": paused,
            "with a readable listener": withListener,
        }
        names = list(cases)

        def next():
            if not names:
                server.close()
                return
            name = names.pop(0)
            log("case", name)
            socket = net.connect(server.address()["port"], "127.0.0.1")
            watch(socket, "socket", "pause", "resume", "end", "error", "close")
            socket.on("connect", lambda: cases[name](socket))

            def later():
                log("later", socket.resume().readableFlowing, socket.pause().readableFlowing)
                net.setTimeout(next, 10)

            socket.on("close", lambda hadError: net.setTimeout(later, 10))

        next()

    server.listen(0, "127.0.0.1", start)


run(main)
