// What lies at the path of a server when it closes, but was made by somebody else.
// why: Another program may have replaced the file meanwhile: deleting it would destroy what is not ours.
// rows: 1.4 4.close
// differs: Only the socket file that the server made is unlinked; Node deletes whatever lies at its path.
'use strict';
const fs = require('node:fs');
const { log, net } = require('../../tracing');

const server = net.createServer();
server.on('close', () => {
  log('close', server.listening, fs.existsSync('s.sock'));
  if (fs.existsSync('s.sock')) log('its text', fs.readFileSync('s.sock', 'utf8'));
});
server.listen('s.sock', () => {
  log('listening', server.address());
  fs.unlinkSync('s.sock');
  fs.writeFileSync('s.sock', 'precious');
  log('replaced', fs.readdirSync('.'));
  server.close();
});
