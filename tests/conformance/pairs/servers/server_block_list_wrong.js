// blockList must be a BlockList; an empty one and null are fine.
// why: An array of addresses is a plausible mistake; taken silently it would block no one.
// rows: 4.option.blockList 2.use.server
'use strict';
const { attempt, net } = require('../../tracing');

attempt('empty', () => net.createServer({ blockList: new net.BlockList() }).listening);
attempt('nothing', () => net.createServer({ blockList: undefined }).listening);
attempt('null', () => net.createServer({ blockList: null }).listening);
attempt('list', () => net.createServer({ blockList: ['127.0.0.1'] }).listening);
attempt('text', () => net.createServer({ blockList: '127.0.0.1' }).listening);
attempt('number', () => net.createServer({ blockList: 5 }).listening);
