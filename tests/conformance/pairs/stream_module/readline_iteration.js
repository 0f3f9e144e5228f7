// A loop over lines: to the end, left early, with a failing input, and with more lines than it takes.
// why: The form in which new programs read lines; the input must be paused behind a slow loop.
// rows: s.readline.asyncIteration
'use strict';
const readline = require('node:readline');
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

const { PassThrough, Readable } = stream;
async function main() {
  for await (const line of readline.createInterface({ input: Readable.from(['one\ntw', 'o\nlast']) })) log('line', line);
  const input = new PassThrough();
  const lines = readline.createInterface({ input });
  setTimeout(() => input.write('a\nb\nc\n'), 20);
  for await (const line of lines) {
    log('once', line);
    break;
  }
  log('left', lines.closed === true, input.destroyed, lines.listenerCount('line'));
  lines.close();
  const failing = new PassThrough();
  const failed = readline.createInterface({ input: failing });
  setTimeout(() => failing.write('good\n'), 20);
  setTimeout(() => failing.destroy(new Error('lost')), 100);
  try {
    for await (const line of failed) log('line', line);
  } catch (error) {
    log('caught', error);
  }
  const flood = new PassThrough();
  const many = readline.createInterface({ input: flood });
  watch(many, 'many', 'pause', 'resume', 'close');
  setTimeout(() => flood.end('x\n'.repeat(3000)), 20);
  let count = 0;
  for await (const line of many) count += line.length;
  log('count', count);
}
main();
