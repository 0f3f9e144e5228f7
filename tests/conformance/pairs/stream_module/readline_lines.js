// Every kind of line end, split over chunks, and a last line without one.
// why: A protocol of lines is cut by the network wherever it likes.
// rows: s.readline.line s.readline.close
'use strict';
const readline = require('node:readline');
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

const { PassThrough } = stream;
const chunks = ['a\nb\r\nc\rd\u2028e\u2029f\n\ng', 'h\n', 'x\r', '\ny\n', Buffer.from([0xc3]), Buffer.from([0xa9, 0x0a]), 'last'];
const input = new PassThrough();
const lines = readline.createInterface({ input });
watch(lines, 'lines', 'line', 'pause', 'close');
log('new', lines.terminal, lines.line, lines.crlfDelay, lines.getPrompt());
for (const chunk of chunks) input.write(chunk);
input.end();
lines.on('close', () => {
  log('left', input.listenerCount('data'), input.listenerCount('error'));
  const cut = new PassThrough();
  watch(readline.createInterface({ input: cut }), 'cut', 'line', 'close');
  cut.end(Buffer.from([0x61, 0x0a, 0xe2, 0x82]));
});
