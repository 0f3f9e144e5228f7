// An exception in the program itself, after a server was told to listen and a timer was set.
// why: What was only started must not run once the main program failed: a half configured server would accept.
// rows: 8.9
const { log, net } = require('../../tracing');

const server = net.createServer();
server.listen(0, '127.0.0.1', () => log('never'));
server.on('close', () => log('never'));
setTimeout(() => log('never'), 1);
process.nextTick(() => log('never'));
log('begun');
throw new Error('the program failed');
