// A pipe that is not read fills up; once it is read everything comes through, in order.
// why: A slow reader must not lose bytes, nor stop the program.
// rows: 5.option.fd 5.event.drain 5.write
const { execSync } = require('node:child_process');
const fs = require('node:fs');
const { log, net } = require('../../tracing');
execSync('mkfifo fifo');
const reading = fs.openSync('fifo', fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
const writing = fs.openSync('fifo', fs.constants.O_WRONLY);
const reader = new net.Socket({ fd: reading, readable: true, writable: false });
const writer = new net.Socket({ fd: writing, readable: false, writable: true });
log('write', writer.write(Buffer.alloc(300000, 'ab'), () => log('written')));
log('write', writer.write(Buffer.alloc(300000, 'cd'), () => log('written too')));
writer.on('drain', () => { log('drain'); writer.end(); });
let total = 0, right = true;
setTimeout(() => {
  log('waiting', writer.writableLength > 0, writer.writableNeedDrain);
  reader.on('data', (chunk) => {
    for (const byte of chunk) right &&= byte === (total++ < 300000 ? [97, 98] : [99, 100])[(total - 1) % 2];
  });
  reader.on('end', () => log('end', total, right));
}, 20);
