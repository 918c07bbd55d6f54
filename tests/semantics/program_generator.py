"""Random programs of nested timers, immediates, ticks, microtasks, pool jobs and closes, as data.

A program is a list of callbacks; callback 0 is the main program. A callback is a list of operations,
performed in order when it runs, after it has put its number into the trace:

    T5>3  start a timer of 5 ms, whose callback is 3        V: the same, unreferenced, never due
    I>3   queue an immediate                                U: the same, unreferenced
    N>3   queue a tick      M>3  queue a microtask
    P>3   submit a job to a pool of one thread, and wait until its completion has reached the loop
    C>3   make a handle and close it at once
    A5>   5 ms go by
    X>3   stop timer or immediate 3, if it waits            R>3  restart timer 3, if it waits

As a line: NAME|operations of 0|operations of 1|...

Time is virtual in both subjects (virtual_time.c, virtual_clock_linux.c), and Node.js defines the whole
order of every program that keeps these rules, which generate() does:
- No time goes by in the timers phase. Node.js reads the clock again there, and runs what fell due
  meanwhile; libuv, and our loop with it, leaves that to the next iteration.
- Timers that wait together have either one delay in common or all different ones. Node.js keeps a list
  per delay, and runs all that is due of one list before it looks at the next.
- A delay is at least 1 ms: Node.js makes 1 ms of 0.
- An unreferenced immediate has a referenced one behind it, which nothing stops. It alone would show
  whether the loop lives one more iteration (libuv 1.45 looks behind the timers, 1.44 and our loop
  before them) and whether it woke up for nothing (Node.js does, for a timer that was stopped).
- A pool of one thread, and a second job that has to begin before the callback goes on: the first one's
  completion is with the loop then, and the next poll phase runs it.
Intervals are left out: Node.js arms them again after the callback, libuv before. orders.* has them.
"""

MASK = (1 << 64) - 1
FAR_MS = 3600000


class Random:
    """splitmix64 (Vigna, public domain): the same programs whatever the version of Python."""

    def __init__(self, seed):
        self.state = seed & MASK

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, limit):
        return self.next() % limit

    def choose(self, weighted):
        """One of (weight, value), ...; those of weight 0 never."""
        draw = self.below(sum(weight for weight, _ in weighted))
        for weight, value in weighted:
            if draw < weight:
                return value
            draw -= weight


PHASE = {"T": "timers", "V": "timers", "I": "check", "U": "check", "P": "poll", "C": "closing"}


class Generator:
    def __init__(self, seed):
        self.random = Random(seed)
        self.program = [[]]
        self.phase = ["main"]
        self.stoppable = []
        self.timers = []
        self.common_delay = self.random.below(4) if self.random.below(2) == 0 else None
        self.free_delays = list(range(1, 200))

    def delay(self):
        if self.common_delay is not None:
            return 1 + self.common_delay
        # Short ones more often than not, so that many are due together.
        limit = min(len(self.free_delays), 24)
        return self.free_delays.pop(self.random.below(limit))

    def add_callback(self, parent, kind, amount=""):
        target = len(self.program)
        self.program[parent].append(f"{kind}{amount}>{target}")
        self.program.append([])
        self.phase.append(PHASE.get(kind, self.phase[parent]))
        return target

    def add(self, parent):
        kind = self.random.choose([
            (5, "T"), (1, "V"), (4, "I"), (1, "U"), (5, "N"), (5, "M"), (3, "P"), (3, "C"),
            (3 * (self.phase[parent] != "timers"), "A"), (bool(self.stoppable), "X"),
            (bool(self.timers), "R")])
        if kind == "T":
            self.timers.append(self.add_callback(parent, kind, self.delay()))
            self.stoppable.append(self.timers[-1])
        elif kind == "I":
            self.stoppable.append(self.add_callback(parent, kind))
        elif kind == "U":
            self.stoppable.append(self.add_callback(parent, kind))
            self.add_callback(parent, "I")
        elif kind == "V":
            self.add_callback(parent, kind, FAR_MS)
        elif kind == "A":
            self.program[parent].append(f"A{1 + self.random.below(8)}>")
        elif kind == "X":
            self.program[parent].append(f"X>{self.stoppable[self.random.below(len(self.stoppable))]}")
        elif kind == "R":
            self.program[parent].append(f"R>{self.timers[self.random.below(len(self.timers))]}")
        else:
            self.add_callback(parent, kind)

    def generate(self):
        size = 2 + self.random.below(self.random.choose([(3, 8), (3, 24), (2, 60)]))
        while len(self.program) < size:
            # The newest one makes it deep, the oldest one makes it wide.
            newest = len(self.program) - 1
            parent = self.random.choose([(2, newest), (1, 0), (4, self.random.below(newest + 1))])
            if len(self.program[parent]) < 12:
                self.add(parent)
        return self.program


def generate(seed):
    return Generator(seed).generate()


def to_line(name, program):
    return f"{name}|" + "|".join(" ".join(operations) for operations in program)


def target_of(operation):
    return int(operation.split(">")[1] or 0)


def creates(operation):
    return operation[0] in "TVIUNMPC"


def renumbered(program):
    """Without the callbacks that nothing leads to, and what stops or restarts these."""
    number, order = {0: 0}, [0]
    for callback in order:
        for operation in program[callback]:
            if creates(operation):
                number[target_of(operation)] = len(order)
                order.append(target_of(operation))
    result = []
    for callback in order:
        kept = [operation for operation in program[callback]
                if operation[0] == "A" or target_of(operation) in number]
        result.append([operation if operation[0] == "A" else
                       f"{operation.split('>')[0]}>{number[target_of(operation)]}" for operation in kept])
    return result


def reductions(program):
    """Every program that has one operation less, with all that follows from it."""
    for callback, operations in enumerate(program):
        for index in range(len(operations)):
            if index > 0 and operations[index - 1][0] == "U":
                continue  # the referenced immediate that has to be there
            smaller = [list(others) for others in program]
            del smaller[callback][index]
            yield renumbered(smaller)
