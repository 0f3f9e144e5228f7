// Unix paths that cannot be connected to: missing, a plain file, a directory, stale, too long, below a file.
// why: Each reason has its own errno (ENOENT, ECONNREFUSED, ENOTDIR…); programs that wait for a service to start tell them apart.
// rows: 6.ipc 1.2 5.event.connectionAttemptFailed 8.1
const fs = require('node:fs');
const { log, net, watch } = require('../../tracing');

fs.writeFileSync('plain', '');
fs.mkdirSync('directory');
const server = net.createServer();
server.listen('first.sock', () => {
  // The server unlinks the name that it made, not the one to which the file was moved.
  fs.renameSync('first.sock', 'stale.sock');
  server.close(() => {
    const paths = ['missing.sock', 'plain', 'directory', 'stale.sock', 'plain/below', 'x'.repeat(120)];
    function next() {
      const path = paths.shift();
      if (path === undefined) {
        log('done', fs.readdirSync('.').sort());
        return;
      }
      const client = net.connect(path, () => log('never'));
      log('returned', client.connecting, client.readyState);
      watch(client, 'client', 'lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connect', 'error', 'close');
      client.on('error', (error) => log('errno', error.errno));
      client.on('close', next);
    }
    next();
  });
});
