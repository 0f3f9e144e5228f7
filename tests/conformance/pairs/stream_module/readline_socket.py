"""A line server: an interface over each connection, which answers by the socket."""

# rows: s.readline.createInterface s.readline.line 4.event.connection

from anynet import node as net
from anynet.node import readline
from tests.conformance.tracing import log, run


def main():
    def on_connection(peer):
        lines = readline.createInterface({"input": peer})

        def on_line(line):
            log("server line", line)
            peer.write(line.upper() + "\n")
            if line == "quit":
                peer.end()

        lines.on("line", on_line)

    server = net.createServer(on_connection)

    async def start():
        client = net.connect("s.sock")
        lines = readline.createInterface({"input": client})
        client.write("hello\nwor")
        net.setTimeout(lambda: client.write("ld\r\nquit\n"), 30)
        got = [line async for line in lines]
        log("client got", got)
        server.close()

    server.listen("s.sock", start)


run(main)
