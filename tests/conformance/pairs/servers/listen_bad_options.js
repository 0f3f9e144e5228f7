// Arguments of listen() that name nothing to listen at, or something of the wrong type.
// why: Arguments that name no place must throw; silently taking any free port would hide the mistake.
// rows: 4.listen.overloads 4.listen.options.host 4.listen.options.path 4.listen.options.backlog
'use strict';
const { attempt, log, net } = require('../../tracing');

const server = net.createServer();
server.on('listening', () => log('never'));
attempt('empty options', () => server.listen({}));
attempt('host alone', () => server.listen({ host: '127.0.0.1' }));
attempt('backlog alone', () => server.listen({ backlog: 5 }));
attempt('true', () => server.listen(true));
attempt('false', () => server.listen(false));
attempt('path a number', () => server.listen({ path: 5 }));
attempt('path true', () => server.listen({ path: true }));
attempt('host a number', () => server.listen({ port: 0, host: 5 }));
attempt('host true', () => server.listen({ port: 0, host: true }));
attempt('host an object', () => server.listen({ port: 0, host: { a: 1 } }));
attempt('host an array', () => server.listen({ port: 0, host: ['::1'] }));
attempt('host with a null byte', () => server.listen({ port: 0, host: '127.0.0.1\0' }));
attempt('an array', () => server.listen([1]));
log('nothing happened', server.listening, server.address());
