// What a listener to uncaughtException throws ends the program with status 7, without exit; elsewhere it is uncaught itself.
// why: A supervisor tells a program that crashed from one whose last resort has failed by the status.
// rows: 9.process.event.uncaughtException 9.process.event.unhandledRejection 9.process.event.exit
'use strict';
const { child_process, log } = require('../../tracing');

const fail = (text) => () => { throw new Error(text); };
const programs = {
  'in a timer': () => setTimeout(fail('first')),
  'at the start': fail('first'),
  'monitor': () => { process.on('uncaughtExceptionMonitor', fail('monitor')); setTimeout(fail('first')); },
  'in exit': () => process.on('exit', fail('first')),
  'in a rejection': () => { process.on('unhandledRejection', fail('listener')); Promise.reject(new Error('first')); },
};
const failing = ['in a timer', 'at the start', 'monitor'];
const caught = ['in exit', 'in a rejection'];
const [, , which, handled] = process.argv;
if (which === undefined) {
  const steps = [...failing.map((name) => [name]), ...caught.map((name) => [name, 'handled'])];
  const next = () => {
    if (!steps.length) return;
    const args = steps.shift();
    // What it ends with is shown on stderr.
    const child = child_process.fork(process.argv[1], args, { stdio: ['ignore', 'inherit', 'ignore', 'ipc'] });
    child.on('exit', (code, signal) => { log(args.join(', '), code, signal); next(); });
  };
  next();
} else {
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error, origin) => {
    log('uncaught', error, origin);
    if (!handled) throw new Error('second');
  });
  process.on('exit', (code) => log('exit', code));
  programs[which]();
}
