// AbortController and AbortSignal: once, in order, with a reason; listeners, onabort, throwIfAborted.
// why: Cancellation code is written against these semantics; a listener that ran twice or late would close things twice.
// rows: 4.listen.options.signal 5.option.signal
const { attempt, log } = require('../../tracing');

const controller = new AbortController();
const signal = controller.signal;
log('new', signal.aborted, signal.reason, signal === controller.signal);
log('throwIfAborted', signal.throwIfAborted());
signal.addEventListener('abort', (event) => log('first', event.type, event.target === signal, signal.aborted));
const removed = () => log('never');
signal.addEventListener('abort', removed);
signal.removeEventListener('abort', removed);
signal.onabort = (event) => log('onabort', event.type);
signal.addEventListener('abort', () => log('once'), { once: true });
const enough = new Error('enough');
log('abort', controller.abort(enough), signal.aborted, signal.reason === enough);
log('again', controller.abort('ignored'), signal.reason);
log('a listener too late', signal.addEventListener('abort', () => log('never')));
try {
  signal.throwIfAborted();
} catch (reason) {
  log('thrown', reason === enough);
}
const plain = new AbortController();
plain.abort();
log('default', plain.signal.reason.name, plain.signal.reason.message);
const failure = new Error('mine');
log('made aborted', AbortSignal.abort(failure).aborted, AbortSignal.abort(failure).reason === failure);
attempt('rethrown', () => AbortSignal.abort(failure).throwIfAborted());
