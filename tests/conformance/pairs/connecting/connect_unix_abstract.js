// A path that begins with a zero byte is an abstract name: nothing in the file system, refused once closed.
// why: Abstract names vanish with the last descriptor and leave no file to clean up; the NUL must survive every string function.
// rows: 1.3 6.ipc 6.option.path
const fs = require('node:fs');
const { log, net, watch } = require('../../tracing');

const name = `\0anynet-conformance-${process.pid}-${Date.now()}`;
const server = net.createServer((c) => c.end('from nowhere'));
server.listen(name, () => {
  log('address is the name', server.address() === name, fs.readdirSync('.'));
  const client = net.connect(name);
  watch(client, 'client', 'connectionAttempt', 'connect', 'data', 'end', 'close');
  client.on('close', () => {
    server.close(() => {
      const late = net.connect({ path: name });
      late.on('error', (error) => log('late', error.code, error.syscall, error.address === name));
      late.on('close', (hadError) => log('late close', hadError));
    });
  });
});
