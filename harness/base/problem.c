#include "harness/base/problem.h"

#include "harness/base/printable.h"

#include <stdarg.h>
#include <stdio.h>

int problem_say(char *problem, int error, const char *format, ...)
{
    char sentence[PROBLEM_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    printable(problem, PROBLEM_BYTES, sentence);
    return error;
}
