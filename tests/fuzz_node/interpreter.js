'use strict';
// Runs the programs that come in stdin, each a line of JSON, and prints the trace of each as a line
// of JSON: [[owner, text], ...]. What a program is, programs.py says.
//
// A program has ended when nothing keeps Node open any more (`beforeExit`), or by an error that
// nobody caught: from then on its functions do nothing, and what it left open is closed.
const events = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const stream = require('node:stream');
const tracing = require('../conformance/tracing.js');

process.removeAllListeners('uncaughtException');

const MODULES = { net, stream, events };
const CLASSES = {
  EventEmitter: events, Readable: stream.Readable, Writable: stream.Writable, Duplex: stream.Duplex,
  Transform: stream.Transform, PassThrough: stream.PassThrough, Socket: net.Socket, Server: net.Server,
};
// Data that is longer is shown by its length.
const LONGEST_SHOWN = 200;
const SYMBOLS = { errorMonitor: events.errorMonitor };
const LATER = {
  tick: (run) => process.nextTick(run),
  immediate: (run) => setImmediate(run),
  timeout: (run, ms) => setTimeout(run, ms),
};

class Run {
  constructor(program) {
    this.program = program;
    this.trace = [];
    this.warnings = [];
    this.over = false;
    this.objects = new Map();
    this.names = new Map();
    this.functions = new Map();
    this.labels = new Map();
    this.left = new Map();
    this.handles = [];
  }

  start() {
    this.watchdog = setTimeout(() => this.end('(still running)'), Number(process.env.FUZZ_SECONDS) * 1000).unref();
    this.steps(this.program.steps, { owner: 'main', args: [] });
  }

  end(why) {
    if (this.over) return;
    if (why) this.trace.push(['main', why]);
    for (const text of this.warnings.sort()) this.trace.push(['main', `warning ${text}`]);
    this.over = true;
    for (const handle of [this.watchdog, ...this.handles]) clearTimeout(handle);
    for (const object of this.objects.values()) {
      if (typeof object.removeAllListeners !== 'function') continue;
      try {
        if (object.destroy && !object.destroyed) object.on('error', () => {}).destroy();
        else if (object.close) object.close();
      } catch {
        // It was closed before.
      }
    }
  }

  log(frame, text) {
    if (!this.over) this.trace.push([frame.owner, text]);
  }

  name(object, name) {
    this.objects.set(name, object);
    this.names.set(object, name);
    if (this.guarded?.has(name)) object.on('close', () => this.closed(name));
  }

  closed(name) {
    this.guarded.delete(name);
    if (!this.guarded.size) clearTimeout(this.guard);
  }

  // -- values -------------------------------------------------------------------------------------

  shown(value) {
    if (this.names.has(value)) return this.names.get(value);
    if (this.labels.has(value)) return this.labels.get(value);
    if (typeof value === 'function' && value.listener) return `once(${this.shown(value.listener)})`;
    if (typeof value === 'symbol') return value.description;
    if (Array.isArray(value)) return `[${value.map((each) => this.shown(each)).join(', ')}]`;
    if (value instanceof Uint8Array && value.length > LONGEST_SHOWN) return `bytes(${value.length})`;
    if (typeof value === 'string' && value.length > LONGEST_SHOWN) return `text(${value.length})`;
    // A part of a batch of writes: its callback is nothing that the manual speaks of, and an encoding
    // that is null counts as left out.
    if (value?.chunk !== undefined && 'encoding' in value) {
      const { chunk, encoding } = value;
      return tracing.shown({ chunk, encoding: encoding ?? undefined });
    }
    return tracing.shown(value);
  }

  // What a function got. An argument that is none counts as left out.
  given(args) {
    const end = args.findLastIndex((each) => each !== undefined && each !== null);
    return args.slice(0, end + 1).map((each) => this.shown(each));
  }

  value(given, frame) {
    if (Array.isArray(given)) return given.map((each) => this.value(each, frame));
    if (given === null || typeof given !== 'object') return given === null ? undefined : given;
    const { $: kind, of } = given;
    if (kind === 'bytes') return Buffer.from(of, 'latin1');
    if (kind === 'error') return new Error(of);
    if (kind === 'symbol') return SYMBOLS[of];
    if (kind === 'null') return null;
    if (kind === 'object') return this.objects.get(of);
    if (kind === 'function') return this.function(of);
    if (kind === 'argument') return frame.args[of];
    return Object.fromEntries(Object.entries(given).map(([key, each]) => [key, this.value(each, frame)]));
  }

  function(name) {
    if (!this.functions.has(name)) {
      const { owner, body, times, asynchronous } = this.program.functions[name];
      this.left.set(name, times);
      const call = (args) => {
        if (this.over) return;
        // When a coroutine begins is a documented difference: only what comes of it is compared.
        if (!asynchronous) this.log({ owner }, [name, ...this.given(args)].join(' '));
        const left = this.left.get(name);
        this.left.set(name, left - 1);
        if (left > 0) this.steps(body, { owner, args });
      };
      const made = asynchronous ? async (...args) => call(args) : (...args) => call(args);
      this.functions.set(name, made);
      this.labels.set(made, name);
    }
    return this.functions.get(name);
  }

  // -- steps --------------------------------------------------------------------------------------

  steps(steps, frame) {
    for (const [operation, ...operands] of steps) {
      if (this.over) return;
      this[`do_${operation}`](frame, ...operands);
    }
  }

  attempt(frame, label, what) {
    try {
      this.log(frame, `${label} -> ${this.shown(what())}`);
    } catch (error) {
      this.log(frame, `${label} threw ${this.shown(error)}`);
    }
  }

  do_new(frame, name, kind, args) {
    this.attempt(frame, `new ${name}`, () => {
      this.name(new CLASSES[kind](...this.value(args, frame)), name);
    });
  }

  do_call(frame, name, method, args) {
    const object = this.objects.get(name);
    if (object) this.attempt(frame, `${name}.${method}`, () => object[method](...this.value(args, frame)));
  }

  do_get(frame, name, property) {
    const object = this.objects.get(name);
    if (object) this.attempt(frame, `${name}.${property}`, () => object[property]);
  }

  do_set(frame, name, property, value) {
    const object = this.objects.get(name);
    if (object)
      this.attempt(frame, `${name}.${property} =`, () => {
        object[property] = this.value(value, frame);
      });
  }

  do_apply(frame, name, path, args) {
    const [module, member] = path.split('.');
    this.attempt(frame, path, () => {
      const result = MODULES[module][member](...this.value(args, frame));
      if (name !== null && !this.names.has(result)) this.name(result, name);
      return result;
    });
  }

  do_invoke(frame, place, args) {
    try {
      frame.args[place](...this.value(args, frame));
    } catch (error) {
      this.log(frame, `argument ${place} threw ${this.shown(error)}`);
    }
  }

  do_name(frame, place, name) {
    this.name(frame.args[place], name);
  }

  do_later(frame, how, milliseconds, steps) {
    const handle = LATER[how](() => this.steps(steps, frame), milliseconds);
    if (how === 'timeout') this.handles.push(handle);
  }

  do_throw(_, message) {
    throw new Error(message);
  }

  do_listen(frame, name, steps) {
    this.objects.get(name).listen(0, '127.0.0.1', () => this.steps(steps, { owner: name, args: [] }));
  }

  do_connect(frame, name, server, options) {
    const { port } = this.objects.get(server).address();
    this.name(net.connect({ host: '127.0.0.1', ...this.value(options, frame), port }), name);
  }

  do_expect(frame, name, count, steps) {
    let seen = 0;
    const listener = (chunk) => {
      const before = seen;
      seen += chunk.length;
      if (before < count && seen >= count) this.steps(steps, { owner: name, args: [] });
    };
    this.objects.get(name).on('data', listener);
  }

  // Declared before what it guards, and called off when all of that has closed.
  do_guard(frame, milliseconds, names) {
    this.guarded = new Set(names);
    this.guard = setTimeout(() => {
      for (const name of [...this.guarded].filter((each) => this.objects.has(each))) {
        const object = this.objects.get(name);
        this.log({ owner: name }, `${name} left open`);
        if (object.destroy) object.destroy();
        else object.close();
      }
    }, milliseconds);
    this.handles.push(this.guard);
  }
}

// Reads without the event loop, which has to be empty between programs.
let unread = Buffer.alloc(0);
function readLine() {
  for (;;) {
    const end = unread.indexOf('\n');
    if (end >= 0) {
      const line = unread.toString('utf8', 0, end);
      unread = unread.subarray(end + 1);
      return line;
    }
    const chunk = Buffer.alloc(65536);
    const count = fs.readSync(0, chunk);
    if (!count) return null;
    unread = Buffer.concat([unread, chunk.subarray(0, count)]);
  }
}

let run;

function next() {
  if (run) {
    run.end();
    fs.writeSync(1, JSON.stringify(run.trace) + '\n');
    run = undefined;
  }
  const line = readLine();
  if (line === null) return;
  run = new Run(JSON.parse(line));
  setImmediate(() => run.start());
}

process.on('uncaughtException', (error) => {
  if (run.over) return;
  run.log({ owner: 'main' }, `uncaught ${run.shown(error)}`);
  run.end();
});
process.on('warning', (warning) => {
  if (warning.name === 'MaxListenersExceededWarning') run.warnings.push(warning.message);
});
process.on('beforeExit', next);
