// connect: options of the wrong type or value, thrown before anything is opened.
// why: A wrong option must throw in connect(), not become an error event of a socket that is already half open.
// rows: 6.option.localAddress 6.option.localPort 6.option.lookup 6.option.host 6.option.path 6.option.blockList
'use strict';
const { attempt, net } = require('../../tracing');

attempt('localAddress word', () => net.connect({ port: 1, localAddress: 'localhost' }));
attempt('localAddress number', () => net.connect({ port: 1, localAddress: 5 }));
attempt('localAddress list', () => net.connect({ port: 1, localAddress: ['127.0.0.1', 5] }));
attempt('localPort string', () => net.connect({ port: 1, localPort: '5' }));
attempt('localPort boolean', () => net.connect({ port: 1, localPort: true }));
attempt('lookup string', () => net.connect({ port: 1, host: 'host.test', lookup: 'x' }));
attempt('lookup number', () => net.connect({ port: 1, host: 'host.test', lookup: 5 }));
attempt('lookup object', () => net.connect({ port: 1, host: 'host.test', lookup: {} }));
attempt('path number', () => net.connect({ path: 5 }));
attempt('path object', () => net.connect({ path: {} }));
attempt('path boolean', () => net.connect({ path: true }));
attempt('port before localAddress', () => net.connect({ port: 70000, localAddress: 'x' }));
attempt('localAddress before localPort', () => net.connect({ port: 70000, localAddress: 'x', localPort: 'y' }));
attempt('localPort before port', () => net.connect({ port: 70000, localPort: 'y' }));
attempt('block list', () => net.connect({ port: 1, blockList: ['127.0.0.1'] }));
attempt('block list of a server', () => net.createServer({ blockList: {} }));
attempt('block list of a socket', () => new net.Socket({ blockList: 'x' }));
