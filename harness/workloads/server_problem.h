/* What a server of a workload could not do, as a sentence. */
#ifndef HARNESS_WORKLOADS_SERVER_PROBLEM_H
#define HARNESS_WORKLOADS_SERVER_PROBLEM_H

/* `what` is the step, r its -errno, which is returned. `problem` has room for PROBLEM_BYTES. */
int server_problem(const char *subject, const char *what, int r, char *problem);

#endif
