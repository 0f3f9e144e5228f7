// What is no program, and data that cannot be copied, is refused at the call.
// why: A mistaken path must say so at once, or as an error of the worker, never be run as something else.
// rows: t.Worker.constructor t.clone t.Worker.event.error
'use strict';
const { Worker, MessageChannel, workerData } = require('node:worker_threads');
const { attempt, log, net } = require('../../tracing');

attempt('number', () => new Worker(5));
attempt('bare name', () => new Worker('worker.js'));
for (const value of [[() => {}], net.createServer()]) {
  try {
    new Worker(__filename, { workerData: value });
  } catch (error) {
    log('workerData threw', error.name, error.code);
  }
}
attempt('nothing to post', () => new MessageChannel().port1.postMessage());
const worker = new Worker('/nowhere/worker.js');
worker.on('error', (error) => log('error', error.code, error.message.split('\n')[0]));
worker.on('exit', (code) => log('exit', code));
