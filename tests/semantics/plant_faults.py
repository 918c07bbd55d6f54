#!/usr/bin/env python3
"""Shows that the random programs can fail: plants faults in the loop, one at a time, in a copy, and
says after how many programs each is found. By hand: plant_faults.py BUILD_FOLDER [NAME...]

0: all were found, 1: one was not, or a fault does not fit the code any more."""

import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))

# name, file of loop/, text, what stands there instead
FAULTS = [
    ("drain_per_phase", "ticks.c", "if (loop->drain == LOOP_DRAIN_AFTER_CALLBACK)", "if (false)"),
    ("microtasks_before_ticks", "ticks.c", "run_queue(loop, &loop->ticks);\n        run_queue(loop, &loop->microtasks);",
     "run_queue(loop, &loop->microtasks);\n        run_queue(loop, &loop->ticks);"),
    ("no_second_drain", "ticks.c", "while (loop->tasks > 0) {", "for (int i = 0; i < 2 && loop->tasks > 0; i++) {"),
    ("one_microtask_then_ticks", "ticks.c", "while (!list_is_empty(queue)) {",
     "while (!list_is_empty(queue) && (queue == &loop->ticks || list_is_empty(&loop->ticks))) {"),
    ("ticks_last_in_first_out", "ticks.c", "list_append(queue, &task->queue);", "list_prepend(queue, &task->queue);"),
    ("closing_before_check", "loop.c", "        check_run(loop);\n        handle_run_closing(loop);",
     "        handle_run_closing(loop);\n        check_run(loop);"),
    ("check_before_poll", "loop.c", "        bool may_block = ", "        check_run(loop);\n        bool may_block = "),
    ("closing_before_timers", "loop.c", "        timer_run_due(loop);\n        /* What",
     "        handle_run_closing(loop);\n        timer_run_due(loop);\n        /* What"),
    ("timers_behind_poll", "loop.c", "        check_run(loop);\n",
     "        timer_run_due(loop);\n        check_run(loop);\n"),
    ("immediates_last_in_first_out", "immediate.c", "list_append(&immediate->loop->immediates, &immediate->queue);",
     "list_prepend(&immediate->loop->immediates, &immediate->queue);"),
    ("immediates_of_immediates_in_the_same_phase", "immediate.c", "list_move_all(&loop->immediates, &now);\n    while (!list_is_empty(&now)) {",
     "list_move_all(&loop->immediates, &now);\n    while (list_move_all(&loop->immediates, &now), !list_is_empty(&now)) {"),
    ("immediates_do_not_keep_poll_from_blocking", "loop.c", "!list_is_empty(&loop->closing) ||\n                loop->referenced_immediates > 0;",
     "!list_is_empty(&loop->closing);"),
    ("a_stopped_immediate_runs", "immediate.c", "void loop_immediate_stop(struct loop_immediate *immediate)\n{\n",
     "void loop_immediate_stop(struct loop_immediate *immediate)\n{\n    if (loop_immediate_is_queued(immediate) && immediate->queue.previous->previous != &immediate->queue)\n        return;\n"),
    ("no_drain_after_timers", "timer.c", "        ticks_after_callback(loop);\n", ""),
    ("no_drain_after_immediates", "immediate.c", "        ticks_after_callback(loop);\n", ""),
    ("no_drain_after_closes", "handle.c", "        ticks_after_callback(loop);\n", ""),
    ("no_drain_after_completions", "pool.c", "    ticks_after_callback(pool->loop);\n", ""),
    ("no_drain_after_the_main_program", "loop.c", "    loop_run_tasks(loop);\n", ""),
    ("closes_first_in_first_out", "handle.c", "list_prepend(&handle->loop->closing,", "list_append(&handle->loop->closing,"),
    ("closes_of_closes_in_the_same_phase", "handle.c", "while (!list_is_empty(&closing)) {",
     "while (list_move_all(&loop->closing, &closing), !list_is_empty(&closing)) {"),
    ("equal_timers_in_any_order", "timer.c", "timer->order = loop->next_order++;", "timer->order = (loop->next_order++ * 7) % 5;"),
    ("timers_one_millisecond_early", "timer.c", "due_ns <= loop->now_ns)", "due_ns <= loop->now_ns + 1000000)"),
    ("a_timer_late_by_an_instant", "timer.c", "due_ns <= loop->now_ns)", "due_ns < loop->now_ns)"),
    ("a_restarted_timer_keeps_its_time", "timer.c", "    loop_timer_stop(timer);\n",
     "    if (loop_is_active(&timer->handle) && !list_is_linked(&timer->ready))\n        return 0;\n    loop_timer_stop(timer);\n"),
    ("a_stopped_due_timer_runs", "timer.c", "    if (list_is_linked(&timer->ready))\n        list_remove(&timer->ready);\n    else",
     "    if (list_is_linked(&timer->ready))\n        return;\n    else"),
    ("time_is_read_once_at_the_start", "loop.c", "        loop_update_time(loop);\n        timer_run_due(loop);\n        /* What",
     "        timer_run_due(loop);\n        /* What"),
    ("completions_last_in_first_out", "pool.c", "*pool_ring_slot(ring, head++);",
     "*pool_ring_slot(ring, head);\n        struct pool_job **last = pool_ring_slot(ring, end - 1);\n"
     "        if (end - head > 2) {\n            struct pool_job *first = job;\n            job = *last;\n"
     "            *last = first;\n        }\n        head++;"),
    ("an_unreferenced_timer_keeps_the_loop_alive", "handle.c", "return (handle->flags & both) == both;",
     "return handle->flags & (handle->kind == LOOP_TIMER ? HANDLE_ACTIVE : 0) || (handle->flags & both) == both;"),
]


def build(folder, build_folder):
    sources = [os.path.join(folder, "loop", name) for name in sorted(os.listdir(os.path.join(folder, "loop")))
               if name.endswith(".c") and not name.endswith("_other.c")]
    own = [os.path.join(HERE, name) for name in ("programs.c", "subject.c", "virtual_time.c")]
    libraries = [os.path.join(build_folder, "libpollbench_backends.a"), "-luring", "-lpthread"]
    compiler = [os.path.join(TOP, "scripts", "find_program.sh"), "cc"]
    subprocess.run([*compiler, "-std=gnu11", "-D_GNU_SOURCE", "-DPOLLBENCH_LINUX", "-O1", "-w", "-I", folder, "-I", TOP,
                    "-o", os.path.join(folder, "semantics_programs"), *sources, *own, *libraries], check=True)


def plant(folder, file, text, fault):
    path = os.path.join(folder, "loop", file)
    with open(path, encoding="utf-8") as source:
        code = source.read()
    if code.count(text) != 1:
        sys.exit(f"the text of the fault stands {code.count(text)} times in loop/{file}: {text!r}")
    with open(path, "w", encoding="utf-8") as source:
        source.write(code.replace(text, fault))


def try_fault(build_folder, name, file, text, fault):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["cp", "-r", os.path.join(TOP, "loop"), folder], check=True)
        plant(folder, file, text, fault)
        build(folder, build_folder)
        clock = os.path.join(build_folder, "tests/semantics/libsemantics_clock.so")
        os.symlink(os.path.abspath(clock), os.path.join(folder, "libsemantics_clock.so"))
        environment = dict(os.environ, SEMANTICS_BUILD=folder, SEMANTICS_LIMIT_S="20")
        result = subprocess.run([sys.executable, os.path.join(HERE, "random_programs.py"), "run", "epoll"],
                                env=environment, capture_output=True, text=True, check=False)
    found = re.search(r"of (\d+) programs (\d+) differ, first that of seed (\d+) ?(.*)", result.stdout)
    print(f"{name}: " + (f"{found[2]} of {found[1]} programs differ, first seed {found[3]} {found[4]}" if found
                         else f"NOT FOUND {result.stdout} {result.stderr}"))
    for line in result.stdout.splitlines()[2 + bool(found):]:
        print("    " + line)
    sys.stdout.flush()
    return found is not None


def main():
    build_folder, *names = sys.argv[1:]
    chosen = [fault for fault in FAULTS if not names or fault[0] in names]
    found = [try_fault(build_folder, *fault) for fault in chosen]
    print(f"{sum(found)} of {len(found)} faults found")
    sys.exit(0 if all(found) else 1)


main()
