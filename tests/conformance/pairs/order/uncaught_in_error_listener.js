// An exception in the listener for error: close does not follow.
// why: When handling the error fails too, the second exception must surface instead of vanishing between error and close.
// rows: 8.9 5.event.error 8.1
const { log, net } = require('../../tracing');

const client = net.connect('missing.sock');
client.on('error', (error) => {
  log('error', error);
  throw new Error('even the handling failed');
});
client.on('close', () => log('never'));
