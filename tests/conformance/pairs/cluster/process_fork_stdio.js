// The option stdio of fork(): which streams the child's object has, and what a bad list is refused with.
// why: Supervisors read the output of their children through stdio; without it a port has to rewrite how it logs.
// rows: c.child_process.fork c.process.send
'use strict';
const { attempt, child_process, log, process } = require('../../tracing');

if (process.env.CHILD === undefined) {
  const lists = {
    pipe: 'pipe',
    ignore: 'ignore',
    some: ['ignore', 'pipe', 'ignore', 'ipc'],
    numbers: [0, 1, 2, 'ipc'],
    short: [null, undefined, 'pipe', 'ipc'],
    object: {},
  };
  for (const stdio of ['x', 'ipc', ['pipe'], ['pipe', 'pipe', 'pipe'], ['pipe', 'pipe', 'pipe', 'ipc', 'ipc'], []])
    attempt('bad', () => child_process.fork(process.argv[1], { stdio }));
  const names = Object.keys(lists);
  const next = () => {
    const name = names.shift();
    if (name === undefined) return;
    const env = { ...process.env, CHILD: name };
    const child = child_process.fork(process.argv[1], { env, stdio: lists[name], silent: name === 'object' });
    log(name, child.stdin !== null, child.stdout !== null, child.stderr !== null, child.connected);
    if (child.stdout) child.stdout.on('data', (data) => log(`${name} stdout`, data));
    child.on('message', (message) => log(`${name} message`, message));
    child.on('close', (code, signal) => { log(`${name} close`, code, signal); next(); });
  };
  next();
} else {
  if (process.env.CHILD !== 'numbers') process.stdout.write('printed');
  process.send('sent', () => process.disconnect());
}
