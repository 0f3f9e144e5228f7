// Zones of IPv6 addresses that no interface has, of a connect, of its local end, and of a server.
// why: An address book with a zone of another machine connects on Node; one rule holds for both ends.
// rows: 5.connect 4.listen.options.host 6.option.localAddress
const { log, net } = require('../../tracing');

const zones = ['', '%nosuchif0', '%lo', '%1', '%999'];
function listenAt(left) {
  if (left.length === 0) return;
  const [zone] = left;
  const server = net.createServer();
  server.on('error', (error) => { log(`listen ${zone}`, error); listenAt(left.slice(1)); });
  server.listen(0, `::1${zone}`, () => {
    log(`listen ${zone}`, server.address().address);
    server.close(() => listenAt(left.slice(1)));
  });
}
const server = net.createServer((c) => c.end('x'));
server.listen(0, '::1', () => {
  const port = server.address().port;
  function next(left, options) {
    const [zone] = left;
    if (zone === undefined) return options.localAddress ? (server.close(), listenAt(zones)) : next(zones, { localAddress: true });
    const host = options.localAddress ? '::1' : `::1${zone}`;
    const label = options.localAddress ? 'from' : 'to';
    const socket = net.connect({ port, host, localAddress: options.localAddress && `::1${zone}` });
    socket.on('connectionAttempt', (address, _port, family) => log(`${label} ${zone} attempt`, address, family));
    socket.on('connect', () => log(`${label} ${zone}`, socket.localAddress, socket.remoteAddress));
    socket.on('error', (error) => log(`${label} ${zone}`, error));
    socket.on('close', () => next(left.slice(1), options));
    socket.resume();
  }
  next(zones, {});
});
