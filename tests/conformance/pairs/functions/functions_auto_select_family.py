"""The default of autoSelectFamily: who may set it, and that connections made later go by it."""

# rows: 7.getDefaultAutoSelectFamily 7.setDefaultAutoSelectFamily 6.option.autoSelectFamily
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    attempt("at first", lambda: net.getDefaultAutoSelectFamily())
    for value in [None, 0, 1, "true", "", {}, []]:
        attempt("set", lambda: net.setDefaultAutoSelectFamily(value))
    attempt("still", lambda: net.getDefaultAutoSelectFamily())

    def lookup(hostname, options, callback):
        log("lookup", hostname, options.get("all") is True)
        addresses = [
            {"address": "127.0.0.1", "family": 4},
            {"address": "127.0.0.2", "family": 4},
        ]
        if options.get("all"):
            callback(None, addresses)
        else:
            callback(None, "127.0.0.1", 4)

    def connect(label, options, done):
        port = server.address()["port"]
        socket = net.connect({"port": port, "host": "host.test", "lookup": lookup, **options})
        socket.on(
            "lookup",
            lambda error, address, family, host: log(
                f"{label} lookup", error, address, family, host
            ),
        )
        socket.on(
            "connectionAttempt",
            lambda address, port, family: log(f"{label} attempt", address, family),
        )

        def on_connect():
            attempted = socket.autoSelectFamilyAttemptedAddresses
            log(f"{label} connect", socket.remoteAddress, attempted)
            socket.destroy()

        socket.on("connect", on_connect)
        socket.on("close", done)

    server = net.createServer(lambda socket: socket.resume())

    def on_listening():
        def first_closed(failed):
            attempt("off", lambda: net.setDefaultAutoSelectFamily(False))
            attempt("now", lambda: net.getDefaultAutoSelectFamily())
            connect("default off", {}, second_closed)

        def second_closed(failed):
            connect("option on", {"autoSelectFamily": True}, third_closed)

        def third_closed(failed):
            attempt("on", lambda: net.setDefaultAutoSelectFamily(True))
            attempt("now", lambda: net.getDefaultAutoSelectFamily())
            connect("option off", {"autoSelectFamily": False}, fourth_closed)

        def fourth_closed(failed):
            server.close(lambda error=None: log("closed"))

        connect("default", {}, first_closed)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
