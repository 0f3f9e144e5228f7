// The options of an EventEmitter with values of every type, and listeners that are none.
// why: new EventEmitter(options) passes on whatever a subclass was given; only a bad captureRejections is refused.
// rows: 4.event.error 5.event.error
const { EventEmitter } = require('node:events');
const { attempt, log } = require('../../tracing');

const values = {
  false: false, true: true, zero: 0, one: 1, NaN: NaN, empty: '', text: 'x', list: [], object: {}, bytes: Buffer.from('hi'),
};
for (const [name, value] of Object.entries(values)) {
  attempt(`options ${name}`, () => new EventEmitter(value).getMaxListeners());
  attempt(`captureRejections ${name}`, () => new EventEmitter({ captureRejections: value }).getMaxListeners());
  attempt(`setMaxListeners ${name}`, () => new EventEmitter().setMaxListeners(value).getMaxListeners());
  for (const method of ['on', 'once', 'off', 'prependListener', 'prependOnceListener'])
    attempt(`${method} ${name}`, () => new EventEmitter()[method]('x', value).listenerCount('x'));
  attempt(`listenerCount ${name}`, () => new EventEmitter().on('x', () => {}).listenerCount('x', value));
}
EventEmitter.captureRejections = true;
for (const captureRejections of [false, true, undefined]) {
  const emitter = new EventEmitter({ captureRejections });
  emitter.on('x', async () => { throw new Error('rejected'); });
  emitter.on('error', (error) => log('captured', error));
  emitter.emit('x');
}
