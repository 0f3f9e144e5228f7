// listen: options that name no place, and values of the wrong type.
// why: A misspelt option names no place; binding a random port instead would leave a service unreachable.
// rows: 4.listen.overloads 4.listen.options.path 4.listen.options.host 4.listen.options.backlog
'use strict';
const { attempt, log, net } = require('../../tracing');

const server = net.createServer();
server.on('error', (error) => log('server error', error));
attempt('no place', () => server.listen({}));
attempt('host alone', () => server.listen({ host: 'localhost' }));
attempt('backlog alone', () => server.listen({ backlog: 5 }));
attempt('boolean', () => server.listen(true));
attempt('false', () => server.listen(false));
attempt('path number', () => server.listen({ path: 5 }));
attempt('path list', () => server.listen({ path: ['a'] }));
attempt('path boolean', () => server.listen({ path: true }));
attempt('list', () => server.listen([80]));
attempt('descriptor string', () => server.listen({ fd: '5' }));
attempt('descriptor negative', () => server.listen({ fd: -1 }));
log('nothing happened', server.listening, server.address());
