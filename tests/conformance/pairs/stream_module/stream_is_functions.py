"""isReadable, isWritable, isErrored, isDisturbed and isDestroyed at each stage of a stream."""

# rows: s.isReadable s.isWritable s.isErrored s.isDisturbed s.isDestroyed s.destroy

from anynet import node as net
from anynet.node import stream
from tests.conformance.tracing import log, run


def main():
    def write(chunk, encoding, done):
        done()

    def read(size):
        pass

    def show(label, each):
        log(
            label,
            stream.isReadable(each),
            stream.isWritable(each),
            stream.isErrored(each),
            stream.isDisturbed(each),
            stream.isDestroyed(each),
        )

    for each in [None, {}, 5, "text"]:
        show("no stream", each)
    source = stream.Readable(read=read)
    source.on("error", lambda error: None)
    show("new", source)
    source.destroy(Exception("lost"))
    show("destroyed", source)
    sink = stream.Writable(write=write)
    show("sink", sink)
    sink.end()
    show("ended", sink)
    duplex = stream.Duplex(read=read, write=write)
    show("duplex", duplex)
    duplex.push("x")
    duplex.read()
    show("disturbed", duplex)
    duplex.resume().push(None)
    one = stream.Duplex(read=read, write=write, readable=False)
    show("one side", one)
    stream.destroy(one)
    through = stream.PassThrough()
    through.on("error", lambda error: log("through", error.name))
    stream.destroy(through)
    one.on("error", lambda error: log("one", error.name))

    def later():
        show("failed", source)
        show("finished", sink)
        show("read", duplex)
        show("destroyed", through)

    net.setTimeout(later, 50)


run(main)
