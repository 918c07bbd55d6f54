#include "harness/generator/helper.h"

#include "harness/system/placement.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct helper {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int cpu;
    /* > 0: the thread is not ready yet; then 0, or -errno. */
    int state;
    /* NULL: nothing to do. */
    void (*work)(void *);
    void *context;
    bool ending;
};

static void say_ready(struct helper *helper, int r)
{
    pthread_mutex_lock(&helper->mutex);
    helper->state = r;
    pthread_cond_broadcast(&helper->changed);
    pthread_mutex_unlock(&helper->mutex);
}

static void *run(void *argument)
{
    struct helper *helper = argument;
    say_ready(helper, placement_pin(helper->cpu));
    pthread_mutex_lock(&helper->mutex);
    while (!helper->ending) {
        if (helper->work == NULL) {
            pthread_cond_wait(&helper->changed, &helper->mutex);
            continue;
        }
        pthread_mutex_unlock(&helper->mutex);
        helper->work(helper->context);
        pthread_mutex_lock(&helper->mutex);
        helper->work = NULL;
        pthread_cond_broadcast(&helper->changed);
    }
    pthread_mutex_unlock(&helper->mutex);
    return NULL;
}

int helper_open(struct helper **out, int cpu)
{
    struct helper *helper = malloc(sizeof *helper);
    if (helper == NULL)
        return -ENOMEM;
    *helper = (struct helper){.cpu = cpu, .state = 1};
    pthread_mutex_init(&helper->mutex, NULL);
    pthread_cond_init(&helper->changed, NULL);
    int r = -pthread_create(&helper->thread, NULL, run, helper);
    if (r < 0) {
        free(helper);
        return r;
    }
    pthread_mutex_lock(&helper->mutex);
    while (helper->state > 0)
        pthread_cond_wait(&helper->changed, &helper->mutex);
    r = helper->state;
    pthread_mutex_unlock(&helper->mutex);
    if (r < 0)
        helper_close(helper);
    else
        *out = helper;
    return r;
}

void helper_close(struct helper *helper)
{
    if (helper == NULL)
        return;
    pthread_mutex_lock(&helper->mutex);
    helper->ending = true;
    pthread_cond_broadcast(&helper->changed);
    pthread_mutex_unlock(&helper->mutex);
    pthread_join(helper->thread, NULL);
    pthread_cond_destroy(&helper->changed);
    pthread_mutex_destroy(&helper->mutex);
    free(helper);
}

void helper_begin(struct helper *helper, void (*work)(void *), void *context)
{
    pthread_mutex_lock(&helper->mutex);
    helper->work = work;
    helper->context = context;
    pthread_cond_broadcast(&helper->changed);
    pthread_mutex_unlock(&helper->mutex);
}

void helper_wait(struct helper *helper)
{
    pthread_mutex_lock(&helper->mutex);
    while (helper->work != NULL)
        pthread_cond_wait(&helper->changed, &helper->mutex);
    pthread_mutex_unlock(&helper->mutex);
}
