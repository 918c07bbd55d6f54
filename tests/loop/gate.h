/* Where jobs of a pool stand until the test lets them go: so a test knows what runs and what
 * waits, without ever waiting for time to pass. */
#ifndef TESTS_LOOP_GATE_H
#define TESTS_LOOP_GATE_H

#include <pthread.h>
#include <stdbool.h>

struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned arrived; /* jobs that came here */
    unsigned passes;  /* jobs that may still go */
};

#define GATE_INITIALIZER                                                                           \
    {                                                                                              \
        .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER                     \
    }

/* In a job's work. */
static inline void gate_pass(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->arrived++;
    pthread_cond_broadcast(&gate->changed);
    while (gate->passes == 0)
        pthread_cond_wait(&gate->changed, &gate->lock);
    gate->passes--;
    pthread_mutex_unlock(&gate->lock);
}

/* In the test: until so many jobs have come, since the beginning. */
static inline void gate_wait(struct gate *gate, unsigned arrived)
{
    pthread_mutex_lock(&gate->lock);
    while (gate->arrived < arrived)
        pthread_cond_wait(&gate->changed, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
}

static inline unsigned gate_arrived(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    unsigned arrived = gate->arrived;
    pthread_mutex_unlock(&gate->lock);
    return arrived;
}

static inline void gate_open(struct gate *gate, unsigned passes)
{
    pthread_mutex_lock(&gate->lock);
    gate->passes += passes;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

#define GATE_FOR_ALL 1000000u

#endif
