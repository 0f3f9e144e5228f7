// localAddress and localPort beside an adopted BoundSocket are refused; it is adopted by then all the same.
// why: The option would be silently passed over, or bind a second time.
// rows: b.connect b.errors 6.option.localAddress 6.option.localPort
'use strict';
const { attempt, log, net } = require('../../tracing');

for (const more of [{ localPort: 5 }, { localAddress: '127.0.0.1' }, { localAddress: 'x', localPort: 5 }]) {
  const bound = new net.BoundSocket({ host: '127.0.0.1' });
  attempt('connect', () => net.connect({ handle: bound, port: 9, host: '127.0.0.1', ...more }));
  attempt('adopted', () => bound.address());
  const other = new net.BoundSocket({ host: '127.0.0.1' });
  const socket = new net.Socket({ handle: other });
  attempt('socket', () => socket.connect({ port: 9, host: '127.0.0.1', ...more }));
  attempt('adopted', () => other.address());
  socket.destroy();
}
