"""once() of the events module on a socket: the arguments as a list, or the error raised."""

# rows: 5.event.connect 5.event.data 5.event.error

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    server = net.createServer(lambda peer: peer.end("hello"))

    async def start():
        socket = net.connect("s.sock")
        log("connect", await net.events.once(socket, "connect"), socket.readyState)
        [data] = await net.events.once(socket, "data")
        log("data", data)
        log("close", await net.events.once(socket, "close"))
        server.close()
        lost = net.connect("nobody.sock")
        try:
            await net.events.once(lost, "connect")
        except Exception as error:
            log("raised", error, lost.destroyed)

    server.listen("s.sock", start)


run(main)
