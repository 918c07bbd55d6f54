/* What the fixed programs for libuv share; the same as orders.h, for the other library. */
#ifndef TESTS_SEMANTICS_ORDERS_LIBUV_H
#define TESTS_SEMANTICS_ORDERS_LIBUV_H

#include "tests/semantics/virtual_clock.h"

#include <stdint.h>
#include <uv.h>

#define NEW(type) ((type *)new_memory(sizeof(type)))

extern uv_loop_t loop;

void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void require(int r, const char *what);
unsigned elapsed_ms(void);
void *new_memory(size_t bytes);
void run(void);

void say_timer(uv_timer_t *);
void say_closed(uv_handle_t *);
uv_timer_t *timer(const char *name, uint64_t delay_ms, uv_timer_cb);
uv_idle_t *idle(const char *name, uv_idle_cb);
uv_prepare_t *prepare(const char *name, uv_prepare_cb);
uv_check_t *check(const char *name, uv_check_cb);
/* Callbacks of hooks that run once. */
void say_idle_once(uv_idle_t *);
void say_prepare_once(uv_prepare_t *);
void say_check_once(uv_check_t *);
/* A one-shot check callback, and an idle hook beside it that keeps poll from blocking. */
typedef void immediate_function(const char *name);
void immediate(const char *name, immediate_function *);
void say_name(const char *name);
/* A stream over one end of a socket pair. */
uv_stream_t *stream(int *peer);

struct order {
    const char *name;
    void (*run)(void);
};

extern const struct order timer_orders[], phase_orders[], stream_orders[];

#endif
