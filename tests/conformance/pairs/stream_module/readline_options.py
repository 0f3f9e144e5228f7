"""The delay between a return and a newline, a signal, and an input that fails or is destroyed."""

# rows: s.readline.createInterface s.readline.error

from anynet import node as net
from anynet.node import readline, stream
from tests.conformance.tracing import attempt, log, run, watch


def made(label, **options):
    source = stream.PassThrough()
    lines = readline.createInterface({"input": source, **options})
    watch(lines, label, "line", "error", "close")
    return source, lines


def main():
    slow, slow_lines = made("slow")
    slow.write("a\r")
    patient, patient_lines = made("patient", crlfDelay=float("inf"))
    patient.write("a\r")
    log("delays", made("low", crlfDelay=5)[1].crlfDelay, made("high", crlfDelay=500)[1].crlfDelay)

    def newline():
        slow.write("\nb\n")
        patient.write("\nb\n")
        slow_lines.close()
        patient_lines.close()

    net.setTimeout(newline, 300)
    controller = net.AbortController()
    aborted, aborted_lines = made("aborted", signal=controller.signal)
    aborted.write("x\n")

    def abort():
        controller.abort()
        log("aborted", aborted_lines.closed, aborted.destroyed)
        made("before", signal=controller.signal)

    net.setTimeout(abort, 50)
    failing, failing_lines = made("failing")
    net.setTimeout(lambda: failing.destroy(Exception("lost")), 100)
    net.setTimeout(lambda: log("still open", failing_lines.closed), 200)
    attempt(
        "signal", lambda: readline.createInterface({"input": stream.PassThrough(), "signal": 5})
    )


run(main)
