// Adopted or closed, a BoundSocket answers nothing but isPipe; a second adoption is refused.
// why: Two owners of one descriptor close each other's connections; the second must be told.
// rows: b.adopted b.close b.dispose b.isPipe b.fd b.address
'use strict';
const { attempt, log, net } = require('../../tracing');

function ask(label, bound) {
  attempt(label + ' address', () => bound.address());
  attempt(label + ' fd', () => bound.fd());
  attempt(label + ' close', () => bound.close());
  attempt(label + ' listen', () => net.createServer().listen(bound));
  attempt(label + ' listen handle', () => net.createServer().listen({ handle: bound }));
  attempt(label + ' socket', () => new net.Socket({ handle: bound }));
  attempt(label + ' connect', () => net.connect({ handle: bound, port: 9, host: '127.0.0.1' }));
  log(label, bound.isPipe);
  attempt(label + ' dispose', () => bound[Symbol.dispose]());
}
const closed = new net.BoundSocket({ host: '127.0.0.1' });
closed.close();
ask('closed', closed);
const path = new net.BoundSocket({ path: 'p' });
path[Symbol.dispose]();
ask('disposed', path);
const listening = new net.BoundSocket({ host: '127.0.0.1' });
const server = net.createServer().listen(listening, () => server.close());
ask('listening', listening);
const held = new net.BoundSocket({ host: '127.0.0.1' });
const socket = new net.Socket({ handle: held });
ask('held', held);
socket.on('close', (hadError) => log('close', hadError));
socket.destroy();
// A server that listens already leaves it alone.
const other = new net.BoundSocket({ host: '127.0.0.1' });
attempt('already', () => server.listen(other));
log('kept', other.address().address);
other.close();
