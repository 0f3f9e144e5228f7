// Options of a server that are of the wrong type or out of range.
// why: Which options are checked at all is Node's choice: truthy values count for booleans, numbers are checked.
// rows: 4.option.highWaterMark 4.option.keepAliveInitialDelay 4.option.noDelay 4.option.keepAlive 7.createServer
'use strict';
const { attempt, net } = require('../../tracing');

attempt('string', () => net.createServer('x'));
attempt('number', () => net.createServer(5));
attempt('boolean', () => net.createServer(true));
attempt('constructor string', () => new net.Server('x'));
attempt('listener string', () => net.createServer({}, 'x'));
attempt('listener object', () => net.createServer({}, {}));
attempt('keepAliveInitialDelay string', () => net.createServer({ keepAliveInitialDelay: '5' }));
attempt('keepAliveInitialDelay negative', () => net.createServer({ keepAliveInitialDelay: -5 }));
attempt('highWaterMark negative', () => net.createServer({ highWaterMark: -1 }));
attempt('highWaterMark string', () => net.createServer({ highWaterMark: 'x' }));
attempt('noDelay string', () => net.createServer({ noDelay: 'yes' }));
attempt('keepAlive number', () => net.createServer({ keepAlive: 1 }));
attempt('all right', () => net.createServer({ keepAliveInitialDelay: 5, highWaterMark: 5, noDelay: true, keepAlive: true }));
attempt('empty', () => net.createServer({}));
