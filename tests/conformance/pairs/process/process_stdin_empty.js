// A standard input that is no pipe: it ends at once, without close, and holds nothing open.
// why: A program that reads its standard input runs without one as well.
// rows: 9.process.stdin
const { log, watch } = require('../../tracing');
const { stdin } = process;
log('same', stdin === process.stdin, stdin.fd, stdin.readable);
watch(stdin, 'stdin', 'data', 'end', 'close', 'error');
stdin.on('end', () => setTimeout(() => log('timer', stdin.readableEnded, stdin.destroyed), 10));
process.on('exit', (code) => log('exit', code));
