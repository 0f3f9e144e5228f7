"""A line protocol over TLS: what is written before the handshake goes out after it, in order."""

# rows: l.connect l.write

from anynet.node import tls
from tests.conformance.identities import ca, identity, listen
from tests.conformance.tracing import log, run, watch


def main():
    def on_secure(c):
        text = ""
        c.setEncoding("utf8")
        c.write("220 ready\r\n")

        def on_data(data):
            nonlocal text
            text += data
            while "\n" in text:
                line, _, text = text.partition("\n")
                line = line.strip()
                if line == "quit":
                    c.end("221 bye\r\n")
                else:
                    c.write(f"250 {line}\r\n")

        c.on("data", on_data)

    server = tls.createServer(identity("server"), on_secure)

    def connect(port):
        socket = tls.connect(port=port, host="127.0.0.1", ca=ca, servername="localhost")
        socket.setEncoding("utf8")
        log(
            "write",
            socket.write("one\ntwo\n", lambda *_: log("written")),
            socket.writableLength,
            socket.bytesWritten,
        )
        socket.write("quit\n", lambda *_: log("written too"))
        socket.on("secureConnect", lambda: log("secureConnect", socket.bytesWritten))
        received = []
        socket.on("data", received.append)
        watch(socket, "client", "end", "finish", "close")
        socket.on("end", lambda: log("received", "".join(received)))

        def on_close(*_):
            log("counts", socket.bytesRead, socket.bytesWritten)
            server.close()

        socket.on("close", on_close)

    listen(server, connect)


run(main)
