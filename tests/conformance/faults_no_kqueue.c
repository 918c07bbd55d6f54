/* For a program without kqueue. */
#include "tests/conformance/faults.h"

void faults_at_open_kqueue(void)
{
}

void faults_at_wait_kqueue(void)
{
}
