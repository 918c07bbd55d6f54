/* Exchanges (harness/contract/exchange.h) on streams of the loop. */
#ifndef HARNESS_SUBJECTS_LOOP_ANSWER_H
#define HARNESS_SUBJECTS_LOOP_ANSWER_H

#include "harness/subjects/loop_server.h"

/* Memory for exchanges on all streams. -ENOMEM. */
int loop_answer_take_memory(struct accept_server *, unsigned bytes);

/* Serves one exchange on a stream that was just accepted, and closes it afterwards. */
void loop_answer_begin(struct accept_server *, struct loop_stream *);

#endif
