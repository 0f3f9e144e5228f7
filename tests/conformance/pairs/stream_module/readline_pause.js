// pause() and resume(), and write(), which resumes.
// why: Back-pressure by lines: what the chunk holds still comes, the next chunk does not.
// rows: s.readline.pause
'use strict';
const readline = require('node:readline');
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

const { PassThrough } = stream;
const input = new PassThrough();
const lines = readline.createInterface({ input });
watch(lines, 'lines', 'line', 'pause', 'resume', 'close');
lines.once('line', () => {
  log('returned', lines.pause() === lines, lines.pause());
  setTimeout(() => log('returned', lines.resume() === lines, lines.resume()), 100);
});
input.write('one\ntwo\n');
setTimeout(() => input.write('three\n'), 50);
setTimeout(() => {
  lines.pause();
  lines.write('by');
  lines.write(' hand\n');
  lines.write(Buffer.from('bytes\n'));
  lines.close();
}, 200);
