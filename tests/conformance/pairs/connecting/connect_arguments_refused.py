"""What Socket.connect refuses, with its words."""

# rows: 5.connect 6.tcp

from anynet import node as net
from tests.conformance.tracing import attempt, run, watch


def main():
    socket = net.Socket()
    watch(socket, "socket", "error", "close")
    attempt("nothing", lambda: socket.connect())
    attempt("empty", lambda: socket.connect({}))
    attempt("port string", lambda: socket.connect({"port": "x"}))
    attempt("port large", lambda: socket.connect({"port": 65536}))
    attempt("port negative", lambda: socket.connect(-1))
    attempt("port boolean", lambda: socket.connect({"port": True}))
    attempt("host number", lambda: socket.connect({"port": 80, "host": 5}))
    attempt("path number", lambda: socket.connect({"path": 5}))
    attempt("lookup", lambda: socket.connect({"port": 80, "host": "localhost", "lookup": "x"}))
    attempt(
        "local port", lambda: socket.connect({"port": 80, "host": "127.0.0.1", "localPort": "x"})
    )
    attempt(
        "local address",
        lambda: socket.connect({"port": 80, "host": "127.0.0.1", "localAddress": "nonsense"}),
    )
    attempt(
        "auto", lambda: socket.connect({"port": 80, "host": "127.0.0.1", "autoSelectFamily": "x"})
    )
    attempt(
        "auto timeout",
        lambda: socket.connect(
            {
                "port": 80,
                "host": "127.0.0.1",
                "autoSelectFamily": True,
                "autoSelectFamilyAttemptTimeout": 0,
            }
        ),
    )


run(main)
