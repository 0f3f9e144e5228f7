// bytesWritten of what never went: refused by the kernel, lost with the connection, written too early or too late.
// why: Accounting reads bytesWritten in `close`; what was handed over counts whether the kernel took it or not.
// rows: 5.bytesWritten 5.write
const { log, net } = require('../../tracing');

const large = Buffer.alloc(32 << 20);
function counted(label, socket) {
  for (const name of ['connect', 'error', 'close'])
    socket.on(name, (error) => log(`${label} ${name}`, error?.code, socket.bytesWritten, socket.writableLength));
  return socket;
}
const steps = [
  function never(next) {
    const socket = counted('never', new net.Socket());
    socket.on('close', next);
    socket.write('abc');
  },
  function refused(next) {
    const socket = counted('refused', net.connect(1, '127.0.0.1'));
    socket.on('close', () => setImmediate(next));
    socket.write('abc');
    socket.write('defg');
  },
  function late(next) {
    const server = net.createServer({ allowHalfOpen: true }, (c) => {
      counted('late', c);
      c.resume();
      c.on('close', () => server.close(next));
      c.on('end', () => setTimeout(() => {
        c.write('provokes a reset');
        setTimeout(() => c.write(Buffer.from('is refused'), (error) => log('late callback', error, c.bytesWritten)), 100);
      }, 50));
    });
    server.listen(0, '127.0.0.1', () => {
      const client = net.connect(server.address().port, '127.0.0.1', () => client.destroy());
    });
  },
  function cut(next) {
    const server = net.createServer((c) => {
      c.pause();
      setTimeout(() => c.resetAndDestroy(), 100);
    });
    server.listen(0, '127.0.0.1', () => {
      const socket = counted('cut', net.connect(server.address().port, '127.0.0.1'));
      socket.on('connect', () => {
        socket.write(large, (error) => log('large', error?.code, socket.bytesWritten));
        socket.write('more', (error) => log('more', error?.code));
      });
      socket.on('close', () => server.close(next));
    });
  },
];
(function next() {
  steps.shift()?.(next);
})();
