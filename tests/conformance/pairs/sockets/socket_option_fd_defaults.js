// With fd, readable and writable default to both, as without it; each can be switched off.
// why: A socket on a descriptor is readable and writable unless told otherwise; one direction may be left alone.
// rows: 5.option.fd 5.option.readable 5.option.writable
'use strict';
const { log, net, watch } = require('../../tracing');
const { spawn } = require('node:child_process');

function child(kind) {
  const options = { fd: 0 };
  if (kind === 'readable') {
    options.readable = true;
    options.writable = false;
  }
  if (kind === 'writable') {
    options.readable = false;
    options.writable = true;
  }
  const socket = new net.Socket(options);
  log(kind, socket.readyState, socket.readable, socket.writable, socket.readableFlowing);
  watch(socket, kind, 'data', 'end', 'finish', 'close');
  setTimeout(() => socket.destroy(), 100);
}
function parent(kinds) {
  const worker = spawn(process.execPath, [__filename, kinds[0]], { stdio: ['pipe', 'inherit', 'inherit'] });
  worker.stdin.end('sent to the child');
  function next(code) {
    log('child ended', code);
    if (kinds.length > 1) {
      parent(kinds.slice(1));
    }
  }
  worker.on('exit', next);
}
function main() {
  if (process.argv[2]) {
    child(process.argv[2]);
  } else {
    parent(['both', 'readable', 'writable']);
  }
}

main();
