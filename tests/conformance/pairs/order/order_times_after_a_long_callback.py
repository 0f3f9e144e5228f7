"""Timers, and the idle timeout of a socket, that are set or pushed back after a callback that took long; and an interval, which is not put off by its own."""

# rows: 8.8 5.event.timeout

import time

from anynet import node as net
from tests.conformance.tracing import log, run


def repeat():
    times = 0

    def on_interval():
        nonlocal times
        times += 1
        log("interval", times)
        if times == 3:
            net.clearInterval(interval)
            return
        time.sleep(0.12)
        interval.refresh()
        net.setTimeout(lambda: log("set behind the interval"), 20)

    interval = net.setInterval(on_interval, 30)


def main():
    def on_connection(socket):
        server.close()
        socket.on("timeout", lambda: log("idle"))

        def on_close():
            log("closed")
            repeat()

        socket.on("close", on_close)

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
