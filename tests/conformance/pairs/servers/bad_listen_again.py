"""listen while the server listens already, or is about to."""

# rows: 4.listen.overloads 4.event.listening 4.event.close
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run, watch


def main():
    server = net.createServer()
    watch(server, "server", "listening", "close", "error")

    def on_listening():
        attempt("while listening", lambda: server.listen(0))
        attempt("while listening, a path", lambda: server.listen("s.sock"))
        attempt("while listening, a bad port", lambda: server.listen(70000))
        attempt("while listening, nothing", lambda: server.listen({}))

        def on_closed(error=None):
            log("closed", server.listening)

            def on_listening_again():
                log("listening again", server.listening)
                server.close()

            server.listen(0, on_listening_again)

        server.close(on_closed)

    server.listen(0, "127.0.0.1", on_listening)
    attempt("at once", lambda: server.listen(0))
    attempt("at once with a callback", lambda: server.listen(0, lambda: log("never")))
    log("listeners", server.listenerCount("listening"))


run(main)
