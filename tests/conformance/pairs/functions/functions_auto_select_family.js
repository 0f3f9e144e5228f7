// The default of autoSelectFamily: who may set it, and that connections made later go by it.
// why: The process-wide default is only a default: an option of one connect() beats it.
// rows: 7.getDefaultAutoSelectFamily 7.setDefaultAutoSelectFamily 6.option.autoSelectFamily
'use strict';
const { attempt, log, net } = require('../../tracing');

attempt('at first', () => net.getDefaultAutoSelectFamily());
for (const value of [undefined, 0, 1, 'true', '', {}, []]) attempt('set', () => net.setDefaultAutoSelectFamily(value));
attempt('still', () => net.getDefaultAutoSelectFamily());

function lookup(hostname, options, callback) {
  log('lookup', hostname, options.all === true);
  const addresses = [{ address: '127.0.0.1', family: 4 }, { address: '127.0.0.2', family: 4 }];
  if (options.all) callback(null, addresses);
  else callback(null, '127.0.0.1', 4);
}

function connect(label, options, done) {
  const socket = net.connect({ port: server.address().port, host: 'host.test', lookup, ...options });
  socket.on('lookup', (error, address, family, host) => log(`${label} lookup`, error, address, family, host));
  socket.on('connectionAttempt', (address, port, family) => log(`${label} attempt`, address, family));
  socket.on('connect', () => {
    log(`${label} connect`, socket.remoteAddress, socket.autoSelectFamilyAttemptedAddresses);
    socket.destroy();
  });
  socket.on('close', done);
}

const server = net.createServer((socket) => socket.resume());
server.listen(0, '127.0.0.1', () => {
  connect('default', {}, () => {
    attempt('off', () => net.setDefaultAutoSelectFamily(false));
    attempt('now', () => net.getDefaultAutoSelectFamily());
    connect('default off', {}, () => {
      connect('option on', { autoSelectFamily: true }, () => {
        attempt('on', () => net.setDefaultAutoSelectFamily(true));
        attempt('now', () => net.getDefaultAutoSelectFamily());
        connect('option off', { autoSelectFamily: false }, () => server.close(() => log('closed')));
      });
    });
  });
});
