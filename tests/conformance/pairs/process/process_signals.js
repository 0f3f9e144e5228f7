// SIGTERM as every server handles it: stop listening, let the connections end.
// why: A signal that is accepted and never delivered leaves a server that cannot be stopped.
// rows: 9.process.event.signal 9.process.kill
const { log, net } = require('../../tracing');
const server = net.createServer();
process.on('SIGTERM', (name, number) => {
  log('draining', name, number);
  server.close(() => log('closed'));
});
server.listen(0, '127.0.0.1', () => {
  log('listening');
  log('kill', process.kill(process.pid, 'SIGTERM'));
});
process.on('exit', (code) => log('exit', code));
