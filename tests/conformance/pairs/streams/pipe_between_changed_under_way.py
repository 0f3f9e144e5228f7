"""A pipe from one socket to another that has carried three chunks, and what may happen to the destination then."""

# rows: 5.stream.pipe 5.event.error 8.2

from types import SimpleNamespace

from anynet import node as net
from tests.conformance.tracing import log, run

LARGE = b"ab" * 8_000_000


def patch_write(to, ends):
    write = to.write

    def logged(chunk):
        log("writes", chunk.decode())
        return write(chunk)

    to.write = logged


def patch_push(to, ends):
    push = ends.source.push

    def logged(chunk):
        log("pushes", "null" if chunk is None else chunk.decode())
        return push(chunk)

    ends.source.push = logged


def end_behind_much(to, ends):
    ends.reader.pause()
    net.setTimeout(ends.reader.resume, 100)
    to.end(LARGE)


def cork(to, ends):
    to.cork()
    net.setTimeout(to.uncork, 50)


def pause_reader(to, ends):
    ends.reader.pause()
    net.setTimeout(ends.reader.resume, 100)
    ends.writer.write(LARGE)


def write_before(to, ends):
    ends.reader.pause()
    net.setTimeout(ends.reader.resume, 60)
    to.write(LARGE, lambda: log("the large one is written"))


AT_ONCE = {
    "a write of its own from the beginning": patch_write,
    "a push of its own from the beginning": patch_push,
}
CHANGES = {
    "nothing": lambda to, ends: None,
    "a write of its own": patch_write,
    "a push of its own": patch_push,
    "a cork": cork,
    "its end": lambda to, ends: to.end("the end"),
    "its end behind much": end_behind_much,
    "its destruction": lambda to, ends: to.destroy(),
    "a peer that does not read": pause_reader,
    "a peer that resets": lambda to, ends: ends.reader.resetAndDestroy(),
    "a write before": write_before,
}


def try_next(names):
    if not names:
        return
    name, *rest = names
    log("change", name)
    ends = SimpleNamespace(source=None, to=None, received=b"", open=4)

    def watch(socket, label, logged):
        def on_error(error):
            if logged:
                log(f"{label} error", error.code)

        def on_close(had_error):
            if logged:
                log(f"{label} close", had_error, socket.bytesRead, socket.bytesWritten)
            ends.open -= 1
            if ends.open:
                return
            # How much of it the kernel had taken when the error came is no matter of ours.
            if name != "its end behind much":
                log("received", len(ends.received), ends.received[-10:].decode())
            try_next(rest)

        socket.on("error", on_error)
        socket.on("close", on_close)

    def on_connection(socket):
        socket.setNoDelay()
        if ends.source is None:
            ends.source = socket
            connect_reader()
            return
        ends.to = socket
        server.close()
        watch(ends.source, "from", not name.startswith("its"))
        watch(socket, "to", True)
        # Unread until then, so that a write is the first to hear of a reset.
        socket.on("finish", lambda: socket.resume())
        socket.on("close", lambda: ends.source.destroy())
        if name in AT_ONCE:
            AT_ONCE[name](socket, ends)
        ends.source.pipe(socket)
        ends.writer.write("m1")

    def connect():
        return net.connect(
            port=server.address()["port"], host="127.0.0.1", allowHalfOpen=True, noDelay=True
        )

    def start():
        ends.writer = writer = connect()
        watch(writer, "writer", False)
        writer.on("end", lambda: writer.end())

    def connect_reader():
        ends.reader = reader = connect()
        watch(reader, "reader", False)
        reader.on("end", lambda: reader.end())

        def on_data(chunk):
            ends.received += chunk
            if len(ends.received) < 6:
                ends.writer.write(f"m{len(ends.received) // 2 + 1}")
                return
            if ends.received != b"m1m2m3":
                return
            if name in CHANGES:
                CHANGES[name](ends.to, ends)
            steps = [
                lambda: ends.writer.write("m4"),
                lambda: ends.writer.write("m5"),
                ends.writer.end,
            ]

            def take_step():
                steps.pop(0)()
                if steps:
                    net.setTimeout(take_step, 20)

            net.setTimeout(take_step, 20)

        reader.on("data", on_data)

    server = net.createServer({"allowHalfOpen": True, "pauseOnConnect": True}, on_connection)
    server.listen(0, "127.0.0.1", start)


run(lambda: try_next([*AT_ONCE, *CHANGES]))
