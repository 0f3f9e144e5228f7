// close() within a line does not stop the lines of its chunk, and everything else fails afterwards.
// why: Lines after a QUIT still come; a program must know that.
// rows: s.readline.close
'use strict';
const readline = require('node:readline');
const stream = require('node:stream');
const { attempt, log, watch } = require('../../tracing');

const { PassThrough } = stream;
const input = new PassThrough();
const lines = readline.createInterface({ input });
watch(lines, 'lines', 'line', 'pause', 'resume', 'close');
lines.on('line', (line) => {
  if (line === 'quit') lines.close();
});
input.write('one\nquit\nthree\nfour');
setTimeout(() => {
  input.write('five\n');
  log('closed', lines.closed, input.isPaused(), input.destroyed, input.listenerCount('data'), input.listenerCount('end'));
  attempt('close', () => lines.close());
  attempt('pause', () => lines.pause());
  attempt('resume', () => lines.resume());
  attempt('write', () => lines.write('x'));
  attempt('prompt', () => lines.prompt());
  attempt('question', () => lines.question('?', () => {}));
  attempt('setPrompt', () => lines.setPrompt('# '));
  attempt('getPrompt', () => lines.getPrompt());
}, 50);
