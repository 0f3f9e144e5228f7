// Echo on Node's net: PORT.
'use strict';
const net = require('net');

net.createServer((c) => c.pipe(c)).listen(Number(process.argv[2]), '127.0.0.1');
