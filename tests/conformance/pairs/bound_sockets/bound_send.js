// A TCP BoundSocket goes to a child process, and is adopted by that; a path does not go, nor does an adopted one.
// why: A supervisor binds the port, a child that has no right to may listen at it.
// rows: b.send c.child_process.fork c.handle.server
'use strict';
const { attempt, child_process, log, net, watch } = require('../../tracing');

function theChild() {
  process.on('message', (message, bound) => {
    log('child', message, bound instanceof net.BoundSocket, bound.isPipe, bound.address().address);
    const server = net.createServer((peer) => peer.end('from the child'));
    server.listen(bound, () => process.send(server.address().port));
    process.on('disconnect', () => server.close());
  });
}

function theParent() {
  const child = child_process.fork(__filename, ['child']);
  const bound = new net.BoundSocket({ host: '127.0.0.1' });
  const { port } = bound.address();
  log('sent', child.send('listen', bound));
  attempt('adopted', () => bound.address());
  child.on('message', (reported) => {
    log('same port', reported === port);
    const client = net.connect(port, '127.0.0.1');
    watch(client, 'client', 'data', 'end', 'close');
    client.on('close', () => {
      attempt('adopted', () => child.send('again', bound));
      const path = new net.BoundSocket({ path: 'p' });
      attempt('path', () => child.send('path', path));
      log('kept', path.address());
      path.close();
      child.disconnect();
    });
  });
  child.on('exit', (code, signal) => log('exit', code, signal));
}

if (process.argv[2] === 'child') theChild();
else theParent();
