// A standard input that nobody reads holds nothing open.
// why: A program that only looks at stdin.isTTY would never end.
// rows: 9.process.stdin 9.process.event.exit
const { log } = require('../../tracing');
const { stdin } = process;
log('flowing', stdin.readableFlowing, Boolean(stdin.isTTY));
stdin.on('end', () => log('never'));
process.on('beforeExit', () => log('beforeExit'));
process.on('exit', (code) => log('exit', code));
