// What an exit status may be, and how it is shown.
// why: An exit status that is lost or wrong tells a supervisor that all is well.
// rows: 9.process.exitCode 9.process.exit
const { attempt, log } = require('../../tracing');
for (const value of ['3', 'x', 1.5, null, undefined, true, {}, -1, 300, '', ' 4 ', '0x10', NaN])
  attempt('exitCode', () => { process.exitCode = value; return process.exitCode; });
process.exitCode = undefined;
attempt('exit', () => process.exit('x'));
attempt('exit', () => process.exit(1.5));
process.on('exit', (code) => log('exit', code));
process.exit('7');
