// onread whose buffer has no room, from the start or from the second time on, or gives none again.
// why: A buffer of length 0 must be an error of that socket, not a refusal at the call, an early end or the end of the program.
// rows: 5.option.onread 5.event.error
const { log, net } = require('../../tracing');

function sequence(...buffers) {
  return () => (buffers.length > 1 ? buffers.shift() : buffers[0]);
}
const buffers = {
  empty: () => Buffer.alloc(0),
  function: () => () => Buffer.alloc(0),
  later: () => sequence(Buffer.alloc(4), Buffer.alloc(0)),
  none: () => sequence(Buffer.alloc(4), undefined),
  number: () => sequence(Buffer.alloc(4), 4),
  unusable: () => 4,
};
const server = net.createServer((c) => { c.on('error', () => {}); c.end('0123456789'); });
server.listen(0, '127.0.0.1', () => {
  const names = Object.keys(buffers);
  function next() {
    const name = names.shift();
    if (name === undefined) return server.close();
    const callback = (count, buffer) => log(`${name} read`, count, buffer.subarray(0, count));
    const onread = { buffer: buffers[name](), callback };
    const socket = net.connect({ port: server.address().port, host: '127.0.0.1', onread });
    socket.on('data', (data) => log(`${name} data`, data));
    socket.on('end', () => log(`${name} end`));
    socket.on('error', (error) => log(`${name} error`, error));
    socket.on('close', (hadError) => { log(`${name} close`, hadError, socket.bytesRead); next(); });
  }
  next();
});
