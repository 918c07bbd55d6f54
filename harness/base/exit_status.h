/* What the program returns. */
#ifndef HARNESS_BASE_EXIT_STATUS_H
#define HARNESS_BASE_EXIT_STATUS_H

enum exit_status {
    EXIT_DONE = 0,
    /* A comparison or a check failed. */
    EXIT_FAILED_CHECK = 1,
    EXIT_USAGE = 2,
    EXIT_FAILED = 3,
    /* And the number of the signal that ended a run before its time: 130 of Ctrl-C. */
    EXIT_BY_SIGNAL = 128,
};

#endif
