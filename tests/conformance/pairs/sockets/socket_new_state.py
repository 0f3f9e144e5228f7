"""A socket that was never connected: every property of its state, and what its methods answer."""

# rows: 5.readyState 5.pending 5.connecting 5.destroyed 5.bytesRead 5.bytesWritten 5.bufferSize 5.address 5.timeout 5.localAddress 5.remoteAddress 5.autoSelectFamilyAttemptedAddresses 5.stream.readableFlowing 5.stream.closed 5.stream.errored 5.option.allowHalfOpen

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    socket = net.Socket()
    log("ready", socket.readyState, socket.pending, socket.connecting)
    log("ends", socket.destroyed, socket.closed, socket.errored)
    log(
        "readable",
        socket.readable,
        socket.readableEnded,
        socket.readableFlowing,
        socket.readableLength,
    )
    log(
        "writable",
        socket.writable,
        socket.writableEnded,
        socket.writableFinished,
        socket.writableLength,
    )
    log(
        "marks",
        socket.readableHighWaterMark,
        socket.writableHighWaterMark,
        socket.writableNeedDrain,
    )
    log("modes", socket.readableObjectMode, socket.writableObjectMode, socket.writableCorked)
    log("encoding", socket.readableEncoding, socket.readableAborted, socket.readableDidRead)
    log("counts", socket.bytesRead, socket.bytesWritten, socket.bufferSize)
    log("local", socket.localAddress, socket.localPort, socket.localFamily)
    log("remote", socket.remoteAddress, socket.remotePort, socket.remoteFamily)
    log("address", socket.address(), socket.timeout, socket.autoSelectFamilyAttemptedAddresses)
    log("half open", socket.allowHalfOpen)
    log("paused", socket.isPaused())
    log("read", socket.read())
    log("half open asked", net.Socket({"allowHalfOpen": True}).allowHalfOpen)
    watch(socket, "socket", "end", "finish", "close", "error")
    log("destroy", socket.destroy() is socket)
    log(
        "after",
        socket.readyState,
        socket.pending,
        socket.connecting,
        socket.destroyed,
        socket.closed,
    )
    log("after", socket.readable, socket.writable, socket.readableAborted)


run(main)
