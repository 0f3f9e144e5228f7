// Descriptors that no socket can be made of: files, devices and terminals, and what the error says.
// why: An error that names the kind saves a search.
// rows: 5.option.fd
const fs = require('node:fs');
const { attempt, log, net } = require('../../tracing');
fs.writeFileSync('file', 'text');
for (const path of ['file', '/dev/null', '/dev/ptmx', '.']) {
  const fd = fs.openSync(path, 'r');
  attempt(path, () => new net.Socket({ fd }));
  log('open', fs.fstatSync(fd).ino > 0);
}
