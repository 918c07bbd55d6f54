'use strict';
// The fixed programs for Node.js: node orders.js PROGRAM FIFO prints the words on one line.

const fs = require('fs');
const net = require('net');

const [name, fifoPath] = process.argv.slice(2);
const words = [];

function say(word) {
  words.push(word);
}

function sayer(word) {
  return () => say(word);
}

function advance(milliseconds) {
  fs.accessSync(`/pollbench-virtual-clock/${milliseconds}`);
}

const began = process.hrtime.bigint();

function elapsed() {
  return (process.hrtime.bigint() - began) / 1000000n;
}

function withTasks(word) {
  return () => {
    say(word);
    queueMicrotask(sayer(`${word}.microtask`));
    process.nextTick(sayer(`${word}.tick`));
  };
}

function openFifo() {
  return fs.openSync(fifoPath, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
}

function mainProgram(milliseconds) {
  setTimeout(withTasks('timer'), 0);
  setImmediate(withTasks('immediate'));
  process.nextTick(sayer('tick'));
  queueMicrotask(sayer('microtask'));
  advance(milliseconds);
  say('End');
}

function startBoth() {
  setTimeout(sayer('timer'), 0);
  setImmediate(sayer('immediate'));
  advance(2);
}

const orders = {
  microtasks_of_two_timers() {
    for (const i of [0, 1]) {
      setTimeout(() => {
        say(`T${i}`);
        Promise.resolve().then(sayer(`P${i}a`)).then(sayer(`P${i}b`));
      }, 0);
    }
  },
  main_program_timer_due: () => mainProgram(2),
  main_program_timer_not_due: () => mainProgram(0),
  io_callback() {
    const socket = new net.Socket({ fd: openFifo() });
    socket.once('data', () => {
      say('read');
      socket.destroy();
      startBoth();
    });
    fs.writeSync(fs.openSync(fifoPath, 'r+'), 'x');
  },
  file_read_callback() {
    fs.read(fs.openSync('/dev/zero'), Buffer.alloc(1), 0, 1, null, () => {
      say('read');
      process.nextTick(sayer('tick'));
      startBoth();
    });
  },
  a_tick_that_queues_itself() {
    let ticks = 0;
    process.nextTick(function again() {
      if (++ticks === 1000)
        say('tick1000');
      else
        process.nextTick(again);
    });
    queueMicrotask(sayer('microtask'));
    setImmediate(sayer('immediate'));
    setTimeout(sayer('timer'), 0);
    advance(2);
  },
  unreferenced_immediate() {
    setImmediate(sayer('immediate')).unref();
    process.on('exit', sayer('End'));
  },
  jobs_of_one_thread() {
    const fifo = fs.openSync(fifoPath, 'r+');
    setImmediate(sayer('immediate'));
    for (const job of ['job1', 'job2', 'job3']) {
      fs.fstat(fifo, () => {
        say(job);
        process.nextTick(sayer(`${job}.tick`));
      });
    }
    fs.write(fifo, 'x', () => {});
    fs.readSync(fifo, Buffer.alloc(1));
  },
  timers_blocked_until_250() {
    for (const delay of [100, 200, 300, 400])
      setTimeout(() => say(`timer${delay}@${elapsed()}`), delay);
    setImmediate(sayer('immediate'));
    advance(250);
  },
  stop_a_due_timer() {
    let other;
    setTimeout(() => {
      say('timer1');
      clearTimeout(other);
    }, 1);
    other = setTimeout(sayer('timer2'), 2);
    setTimeout(sayer('timer3'), 3);
    advance(5);
  },
  unreferenced_timer() {
    setTimeout(sayer('timer10'), 10);
    setTimeout(sayer('timer20'), 20).unref();
    process.on('exit', sayer('End'));
  },
  referenced_again() {
    setTimeout(sayer('timer10'), 10);
    setTimeout(sayer('timer20'), 20).unref().ref();
    process.on('exit', sayer('End'));
  },
  immediates_queue_immediates() {
    setImmediate(() => {
      say('immediate1');
      setImmediate(() => {
        say('immediate2');
        setImmediate(sayer('immediate3'));
      });
      setTimeout(sayer('timer'), 0);
      advance(2);
    });
  },
  close_order() {
    const sockets = ['a', 'b', 'c', 'd'].map((word) => {
      const socket = new net.Socket({ fd: openFifo(), readable: false, writable: false, manualStart: true });
      return socket.on('close', sayer(word));
    });
    sockets[0].on('close', () => {
      sockets[3].destroy();
      setImmediate(sayer('immediate2'));
    });
    setTimeout(() => {
      say('timer');
      sockets.slice(0, 3).forEach((socket) => socket.destroy());
      setImmediate(sayer('immediate1'));
    }, 0);
  },
};

if (name === '--list') {
  console.log(Object.keys(orders).join('\n'));
} else {
  advance(0);
  orders[name]();
  process.on('exit', () => console.log(words.join(' ')));
}
