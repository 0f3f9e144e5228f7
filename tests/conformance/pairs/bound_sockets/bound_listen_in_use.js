// Of two that hold a port the second learns it at listen, by an error event; it may listen elsewhere then.
// why: bind succeeds for both, so a program that trusts it believes that it serves.
// rows: b.listen b.errors 4.event.error
'use strict';
const { attempt, log, net, watch } = require('../../tracing');

const first = new net.BoundSocket({ host: '127.0.0.1' });
const second = new net.BoundSocket({ host: '127.0.0.1', port: first.address().port });
const winner = net.createServer();
const loser = net.createServer();
watch(winner, 'winner', 'listening', 'error', 'close');
watch(loser, 'loser', 'listening', 'close');
loser.on('error', (error) => log('error', error.code, error.syscall, error.message, error.port));
winner.listen(first);
attempt('loser', () => loser.listen(second, () => log('callback')).listening);
log('address', loser.address());
attempt('adopted', () => second.address());
setTimeout(() => {
  loser.listen(0, '127.0.0.1', () => {
    log('elsewhere', loser.listening);
    loser.close();
    winner.close();
  });
}, 20);
