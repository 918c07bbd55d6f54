/* The server of loop_accept.c, for loop_answer.c as well. */
#ifndef HARNESS_SUBJECTS_LOOP_SERVER_H
#define HARNESS_SUBJECTS_LOOP_SERVER_H

#include "harness/contract/subject.h"
#include "loop/loop.h"

/* What answer() needs beside a stream; the one of streams[i] is exchanges[i]. */
struct loop_exchange {
    struct loop_write write;
    unsigned received;
};

struct accept_server {
    struct loop *loop;
    struct loop_listener listener;
    struct loop_timer deadline;
    uint16_t port;
    bool serving;         /* close at once what was accepted */
    bool answering;       /* serve exchanges */
    bool offered;         /* the listener has a connection that could not be taken yet */
    unsigned accept_left; /* drain() wants so many more */
    uint64_t accepted;    /* by serve() */
    uint64_t answered;    /* by answer() */
    int error;            /* what ended a run before its time */
    unsigned limit;       /* connections that it was asked to hold at most */
    unsigned capacity, free_count, open_count;
    unsigned held; /* the first `held` of the open ones are the idle connections */
    struct loop_stream *streams, **free, **open;
    struct loop_exchange *exchanges; /* NULL unless answer() may be called */
    unsigned bytes;
    char *response; /* the same for all */
};

/* Ends the run with an error. */
void loop_server_fail(struct accept_server *, int error);

/* The close callback of every stream. */
void loop_server_closed(struct loop_handle *);

/* Memory for exchanges on all streams. -ENOMEM. */
int loop_server_take_exchanges(struct accept_server *, unsigned bytes);

/* Serves one exchange on a stream that was just accepted, and closes it afterwards. */
void loop_server_begin(struct accept_server *, struct loop_stream *);

#endif
