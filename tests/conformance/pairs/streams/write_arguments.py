"""What write() refuses, and the encodings it takes."""

# rows: 5.write

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    received = ""

    def onConnection(peer):
        server.close()
        peer.setEncoding("latin1")

        def onData(text):
            nonlocal received
            received += text

        peer.on("data", onData)
        peer.on("end", lambda: log("received", received))

    server = net.createServer(onConnection)

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")

        def onConnect():
            attempt("null", lambda: socket.write(None))
            attempt("number", lambda: socket.write(5))
            attempt("boolean", lambda: socket.write(True))
            attempt("array", lambda: socket.write([1, 2]))
            attempt("object", lambda: socket.write({"a": 1}))
            attempt("encoding", lambda: socket.write("x", "klingon"))
            log("utf8", socket.write("\u00e9", "utf8"))
            log("upper", socket.write("|\u00e9", "UTF-8"))
            log("latin1", socket.write("|\u00e9", "latin1"))
            log("binary", socket.write("|\u00e8", "binary"))
            log("hex", socket.write("7c41424", "hex"))
            log("base64", socket.write("fEFCQw", "base64"))
            log("base64url", socket.write("fD8_Pg", "base64url"))
            log("ascii", socket.write("|abc", "ascii"))
            log("ucs2", socket.write("|\u20ac", "ucs2"))
            log("default", socket.setDefaultEncoding("latin1") is socket)
            log("with default", socket.write("|\u00e7"))
            attempt("default encoding", lambda: socket.setDefaultEncoding("klingon"))
            socket.end()

        socket.on("connect", onConnect)
        socket.on("error", lambda error: log("error", error))
        socket.resume()

    server.listen(0, "127.0.0.1", start)


run(main)
