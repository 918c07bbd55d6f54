/* What the fixed programs for our loop share. Each is a function without arguments, named as in
 * orders.txt, that uses `loop` and says words. */
#ifndef TESTS_SEMANTICS_ORDERS_H
#define TESTS_SEMANTICS_ORDERS_H

#include "loop/pool.h"
#include "tests/semantics/subject.h"
#include "tests/semantics/virtual_time.h"

#include "backends/clock.h"

#define MS(milliseconds) ((uint64_t)(milliseconds)*NS_PER_MS)
#define NEW(type) ((type *)new_memory(sizeof(type)))

extern struct loop *loop;

void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Milliseconds of virtual time since the program began. */
unsigned elapsed_ms(void);
/* Zeroed, until the program ends. */
void *new_memory(size_t bytes);
/* Runs the loop until nothing is alive. */
void run(void);

/* Callbacks that say the name of their handle, and things that call them. */
void say_timer(struct loop_timer *);
void say_hook(struct loop_hook *);
void say_immediate(struct loop_immediate *);
void say_closed(struct loop_handle *);

struct loop_timer *timer(const char *name, uint64_t delay_ms, loop_timer_function *);
struct loop_hook *hook(void (*init)(struct loop *, struct loop_hook *), const char *name,
                       loop_hook_function *);
void immediate(const char *name, loop_immediate_function *);
void tick(const char *name);
void microtask(const char *name);
const char *with_suffix(const char *name, const char *suffix);
/* NAME.tick and NAME.microtask. */
void tick_and_microtask_of(const char *name);

/* A stream over one end of a socket pair. The other one is *peer, the caller's. */
struct loop_stream *stream(int *peer);

typedef void order_function(void);
struct order {
    const char *name;
    order_function *run;
    bool needs_kernel; /* input and full sockets, which null does not have */
};

extern const struct order node_orders[], timer_orders[], phase_orders[], stream_orders[];

#endif
