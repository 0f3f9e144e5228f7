"""Timers, and the idle timeout of a socket, that are set or pushed back after a callback that took long."""

# rows: 8.8 5.event.timeout

import time

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    def on_connection(socket):
        server.close()
        socket.on("timeout", lambda: log("idle"))
        socket.on("close", lambda: log("closed"))

        def set_behind():
            log("set behind")
            socket.destroy()

        def on_data(_chunk):
            socket.setTimeout(80)
            net.setTimeout(lambda: log("set before"), 60)
            time.sleep(0.12)
            net.setTimeout(set_behind, 40)
            socket.write("an activity")

        socket.on("data", on_data)

    server = net.createServer(on_connection)

    def start():
        client = net.connect(
            server.address()["port"], "127.0.0.1", lambda: client.write("a request")
        )
        client.resume()

    server.listen(0, "127.0.0.1", start)


run(main)
