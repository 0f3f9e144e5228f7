// A client that resets: the socket's error, then its close; the server serves on.
// why: A reset is a matter of one connection: it is that socket's error, and the server goes on.
// rows: 8.1 4.event.error 4.event.connection 5.resetAndDestroy
'use strict';
const { log, net, watch } = require('../../tracing');

let count = 0;
const server = net.createServer((socket) => {
  count += 1;
  const label = `socket ${count}`;
  socket.on('data', (data) => {
    log(`${label} data`, data);
    socket.write('answer');
  });
  socket.on('end', () => log(`${label} end`));
  socket.on('error', (error) => log(`${label} error`, error, socket.destroyed));
  socket.on('close', (failed) => {
    log(`${label} close`, failed);
    if (count < 2) visit((client) => client.end());
    else server.close();
  });
});
watch(server, 'server', 'error', 'close');

function visit(leave) {
  const client = net.connect(server.address().port, '127.0.0.1', () => client.write('question'));
  client.on('data', () => leave(client));
}

server.listen(0, '127.0.0.1', () => visit((client) => client.resetAndDestroy()));
