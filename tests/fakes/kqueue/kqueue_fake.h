/* kqueue(2) over poll(2), for tests of kqueue.c alone; kqueue_fake.c says what it keeps of the
 * original. */
#ifndef TESTS_FAKES_KQUEUE_FAKE_H
#define TESTS_FAKES_KQUEUE_FAKE_H

/* From now on adding a filter of this descriptor fails so (errno, > 0). 0: it works again. */
void kqueue_fake_refuse(int fd, int error);

#endif
