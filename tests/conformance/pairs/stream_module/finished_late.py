"""finished() on streams that have ended, failed or closed before."""

# rows: s.finished s.promises

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import log, run


def main():
    def write(chunk, encoding, done):
        done()

    def read(size):
        pass

    made = {
        "ended": stream.Readable(read=read),
        "unread": stream.Readable(read=read),
        "failed": stream.Readable(read=read),
        "destroyed": stream.Readable(read=read),
        "kept": stream.Readable(read=read, autoDestroy=False),
        "written": stream.Writable(write=write),
        "ending": stream.Writable(write=lambda chunk, encoding, done: net.setTimeout(done, 200)),
        "both": stream.Duplex(read=read, write=write),
    }
    for each in made.values():
        each.on("error", lambda error: None)
    made["ended"].resume().push(None)
    made["unread"].push(None)
    made["failed"].destroy(Exception("lost"))
    made["destroyed"].destroy()
    made["kept"].resume().push(None)
    made["written"].end()
    made["ending"].end("x")
    made["both"].end()
    made["both"].resume().push(None)

    async def awaited():
        try:
            await stream.promises.finished(made["failed"])
        except Exception as error:
            log("awaited", error)
        await stream.promises.finished(made["ended"])
        log("awaited the end")
        made["unread"].resume()

    def later():
        for label, each in made.items():
            stream.finished(each, lambda error, label=label: log(label, error))
        net.setTimeout(awaited, 400)

    net.setTimeout(later, 100)


run(main)
