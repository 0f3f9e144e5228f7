"""A signal that is aborted before or while connecting: no connect, an AbortError, close."""

# rows: 5.option.signal 5.connect 8.1

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.resume())

    def start():
        port = server.address()["port"]
        controller = net.AbortController()
        early = net.Socket({"signal": net.AbortSignal.abort()})
        watch(early, "early", "connect", "error", "close")
        log("early", early.destroyed, early.pending)

        def second():
            late = net.connect({"port": port, "host": "127.0.0.1", "signal": controller.signal})
            watch(late, "late", "connect", "error", "close")
            late.write("x", lambda *values: log("late write", *values))
            controller.abort()
            log("late", late.destroyed, late.connecting, late.readyState)
            late.on("close", lambda hadError: server.close())

        early.on("close", second)

    server.listen(0, "127.0.0.1", start)


run(main)
