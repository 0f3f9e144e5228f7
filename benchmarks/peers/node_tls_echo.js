// Echo on Node's tls: PORT CERTIFICATE.
'use strict';
const fs = require('fs');
const tls = require('tls');

const pem = fs.readFileSync(process.argv[3]);
const options = { cert: pem, key: pem };
tls.createServer(options, (c) => c.pipe(c)).listen(Number(process.argv[2]), '127.0.0.1');
