// Prompts and questions on an output, one at a time, and one that is taken back.
// why: A line answers the question that is open, and is an event otherwise.
// rows: s.readline.question s.readline.prompt
'use strict';
const readline = require('node:readline');
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

const { PassThrough, Writable } = stream;
const written = [];
const output = new Writable({
  write(chunk, encoding, done) {
    written.push(String(chunk));
    done();
  },
});
const input = new PassThrough();
const lines = readline.createInterface({ input, output, prompt: '$ ' });
watch(lines, 'lines', 'line', 'pause', 'resume', 'close');
lines.prompt();
lines.question('name? ', (answer) => {
  log('answer', answer, lines.getPrompt());
  lines.prompt();
});
lines.question('again? ', (answer) => log('never', answer));
log('asked', written, lines.getPrompt());
input.write('bob\nmore\n');
setImmediate(() => {
  const controller = new AbortController();
  lines.question('sure? ', { signal: controller.signal }, (answer) => log('never', answer));
  controller.abort();
  log('taken back', lines.getPrompt());
  lines.question('late? ', { signal: controller.signal }, (answer) => log('never', answer));
  input.write('no answer\n');
  lines.question('last? ', (answer) => log('last', answer));
  lines.pause();
  lines.prompt();
  input.end('without an end');
  lines.on('close', () => log('written', written));
});
