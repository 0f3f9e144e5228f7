// What is written to stdout is there when write returns, in the order of the calls; callbacks come later.
// why: The last lines of a program are the ones that say why it ended.
// rows: 9.process.stdout 9.process.stderr 9.process.exit
const { log } = require('../../tracing');
const { stdout, stderr } = process;
log('same', stdout === process.stdout, stdout.fd, stderr.fd, Boolean(stdout.isTTY), stdout.writable);
log('write', stdout.write('one\n', (error) => log('written', error)));
stdout.write('two\n', 'utf8');
stdout.write(Buffer.from('three\n'));
log('length', stdout.writableLength, stdout.writableNeedDrain);
stdout.cork();
stdout.write('four\n');
stdout.write('five\n');
stdout.uncork();
process.nextTick(() => log('tick'));
setTimeout(() => {
  stdout.write('last ');
  stdout.write('line\n', () => log('never'));
  process.exit(3);
}, 10);
