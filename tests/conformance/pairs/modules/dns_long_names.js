// A name of more than 255 characters is EINVAL, for dns.lookup, for a connect and for a server.
// why: What comes from outside as a name may be anything; a program that tries again after ENOTFOUND must not do so here.
// rows: 9.dns.lookup
const dns = require('node:dns');
const { log, net } = require('../../tracing');

const names = {
  label: 'a'.repeat(256),
  labels: 'a.'.repeat(128),
  'in IDNA': 'ü.'.repeat(32),
  blanks: ' '.repeat(300),
};
for (const [label, name] of Object.entries(names)) {
  dns.lookup(name, (error, ...rest) => log(label, error, error.errno, ...rest));
  dns.lookup(name, { all: true }, (error, ...rest) => log(label, error, ...rest));
}
process.nextTick(() => log('tick'));
setImmediate(async () => {
  const name = names.label;
  await dns.promises.lookup(name).catch((error) => log('promise', error));
  const socket = net.connect({ host: name, port: 1 });
  socket.on('lookup', (error, ...rest) => log('lookup', error, ...rest));
  socket.on('error', (error) => log('error', error));
  socket.on('close', (hadError) => {
    log('close', hadError);
    const server = net.createServer();
    server.on('error', (error) => log('server', error, server.listening));
    server.listen(0, name);
    process.nextTick(() => log('tick'));
    // As long as a name may be: the system is asked.
    for (const longest of ['a'.repeat(255), 'ü.'.repeat(31)]) dns.lookup(longest, (error) => log(error.code));
  });
});
