// What keeps a program alive: not unref'ed timers, servers, sockets; ref() takes it back.
// why: Background work is unref'ed so that it does not hold the program; missing one keeps a command line tool from ending.
// rows: 4.unref 4.ref 5.unref 5.ref
const { attempt, log, net } = require('../../tracing');

const server = net.createServer((c) => {
  log('connection');
  c.unref();
  c.on('close', () => log('never'));
});
log('server', server.unref() === server, server.ref() === server, server.unref() === server);
const timer = setTimeout(() => log('never'), 60000);
log('timer', timer.hasRef(), timer.unref() === timer, timer.hasRef(), timer.ref() === timer, timer.hasRef());
timer.unref();
const interval = setInterval(() => log('never'), 60000).unref();
log('interval', interval.hasRef());
server.listen(0, '127.0.0.1', () => {
  log('listening');
  const client = net.connect(server.address().port, '127.0.0.1', () => log('connected'));
  log('client', client.unref() === client, client.ref() === client);
  client.on('close', () => log('never'));
  setTimeout(() => {
    log('client', client.unref() === client, client.readyState, server.listening);
    server.close(() => log('never'));
    log('nothing holds the program now');
  }, 250);
});
