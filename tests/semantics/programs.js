'use strict';
// Runs random programs on Node.js: node programs.js PROGRAMS TRACES FIFO. See random_programs.py for
// what a program is, and what the environment has to be.
//
// A program begins in 'beforeExit': there the loop has ended, as before a main program, ticks and
// microtasks follow, and then the loop runs again. One immediate that does nothing makes sure that it
// does; our interpreter has it too.

const fs = require('fs');
const net = require('net');

const [programsPath, tracesPath, fifoPath] = process.argv.slice(2);
const fifo = fs.openSync(fifoPath, 'r+');
const oneByte = Buffer.alloc(1);
const programs = fs.readFileSync(programsPath, 'utf8').split('\n').filter((line) => line !== '');
const traces = [];

let current; // { callbacks, trace, timers, immediates, pending, submitted }

function nothing() {}

function parse(line) {
  const [name, ...texts] = line.split('|');
  const callbacks = texts.map((text) => text.trim().split(' ').filter((word) => word !== '').map((word) => {
    const [, kind, amount, target] = /^([A-Z])(\d*)>(\d*)$/.exec(word);
    return { kind, amount: Number(amount), target: Number(target) };
  }));
  return { name, callbacks, trace: [], timers: new Map(), immediates: new Map(), submitted: false };
}

// One thread serves the pool, in order: once the second job has written its byte, the first one's
// completion has reached the loop, and its next poll phase finds it.
function waitForPool() {
  fs.write(fifo, oneByte, nothing);
  fs.readSync(fifo, oneByte);
}

function call(id) {
  const program = current;
  program.timers.delete(id);
  program.immediates.delete(id);
  program.trace.push(id);
  program.submitted = false;
  for (const operation of program.callbacks[id])
    operations[operation.kind](operation, operation.target);
  if (program.submitted)
    waitForPool();
}

function startTimer(id, milliseconds) {
  const timer = setTimeout(call, milliseconds, id);
  timer.milliseconds = milliseconds;
  current.timers.set(id, timer);
  return timer;
}

// A net.Socket calls its 'close' listeners from the close callback of its libuv handle.
function closeHandle(id) {
  const socket = new net.Socket({ fd: fs.openSync(fifoPath, fs.constants.O_RDWR | fs.constants.O_NONBLOCK),
                                  readable: false, writable: false, manualStart: true });
  socket.on('close', () => call(id));
  socket.destroy();
}

const operations = {
  T: ({ amount }, id) => startTimer(id, amount),
  V: ({ amount }, id) => startTimer(id, amount).unref(),
  I: (_, id) => current.immediates.set(id, setImmediate(call, id)),
  U: (_, id) => current.immediates.set(id, setImmediate(call, id).unref()),
  N: (_, id) => process.nextTick(call, id),
  M: (_, id) => queueMicrotask(() => call(id)),
  P: (_, id) => {
    fs.fstat(fifo, () => call(id));
    current.submitted = true;
  },
  C: (_, id) => closeHandle(id),
  A: ({ amount }) => fs.accessSync(`/pollbench-virtual-clock/${amount}`),
  X: (_, id) => {
    clearTimeout(current.timers.get(id));
    clearImmediate(current.immediates.get(id));
    current.timers.delete(id);
    current.immediates.delete(id);
  },
  // timer.refresh() keeps the timer's list in its place among those due at the same time; a new timer
  // goes behind them, as a restarted one does in libuv.
  R: (_, id) => {
    const timer = current.timers.get(id);
    if (timer === undefined)
      return;
    clearTimeout(timer);
    startTimer(id, timer.milliseconds);
  },
};

function finish() {
  current.timers.forEach((timer) => clearTimeout(timer));
  current.immediates.forEach((immediate) => clearImmediate(immediate));
  traces.push(`${current.name}: ${current.trace.join(' ')}\n`);
}

function next() {
  if (current !== undefined)
    finish();
  const line = programs.shift();
  if (line === undefined) {
    fs.writeFileSync(tracesPath, traces.join(''));
    return;
  }
  current = parse(line);
  setImmediate(nothing);
  call(0);
}

const before = process.hrtime.bigint();
fs.accessSync('/pollbench-virtual-clock/7');
if (process.hrtime.bigint() - before !== 7000000n)
  throw new Error('the virtual clock is not in place');
process.on('beforeExit', next);
