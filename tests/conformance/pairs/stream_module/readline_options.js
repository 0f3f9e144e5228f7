// The delay between a return and a newline, a signal, and an input that fails or is destroyed.
// why: A peer that sends CR and LF in two packets must not make an empty line.
// rows: s.readline.createInterface s.readline.error
'use strict';
const readline = require('node:readline');
const stream = require('node:stream');
const { attempt, log, watch } = require('../../tracing');

const { PassThrough } = stream;
function made(label, options) {
  const input = new PassThrough();
  const lines = readline.createInterface({ input, ...options });
  watch(lines, label, 'line', 'error', 'close');
  return [input, lines];
}
const [slow, slowLines] = made('slow');
slow.write('a\r');
const [patient, patientLines] = made('patient', { crlfDelay: Infinity });
patient.write('a\r');
log('delays', made('low', { crlfDelay: 5 })[1].crlfDelay, made('high', { crlfDelay: 500 })[1].crlfDelay);
setTimeout(() => {
  slow.write('\nb\n');
  patient.write('\nb\n');
  slowLines.close();
  patientLines.close();
}, 300);
const controller = new AbortController();
const [aborted, abortedLines] = made('aborted', { signal: controller.signal });
aborted.write('x\n');
setTimeout(() => {
  controller.abort();
  log('aborted', abortedLines.closed, aborted.destroyed);
  made('before', { signal: controller.signal });
}, 50);
const [failing, failingLines] = made('failing');
setTimeout(() => failing.destroy(new Error('lost')), 100);
setTimeout(() => log('still open', failingLines.closed === true), 200);
attempt('signal', () => readline.createInterface({ input: new PassThrough(), signal: 5 }));
