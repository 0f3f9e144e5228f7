"""A paused socket with an empty buffer: when does it see the end?"""

# rows: 8.4 5.pause 5.event.end

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.end())

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        socket.pause()
        watch(socket, "paused", "connect", "end", "finish", "close")

        def second():
            idle = net.connect(server.address()["port"], "127.0.0.1")
            watch(idle, "idle", "connect", "end", "finish", "close")

            def later():
                log("idle later", idle.readyState, idle.readableFlowing, idle.destroyed)
                idle.destroy()
                server.close()

            net.setTimeout(later, 40)

        def check():
            log("paused later", socket.readyState, socket.destroyed, socket.readableEnded)
            socket.destroy()
            second()

        net.setTimeout(check, 40)

    server.listen(0, "127.0.0.1", start)


run(main)
