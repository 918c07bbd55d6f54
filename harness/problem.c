#include "harness/problem.h"

#include <stdarg.h>
#include <stdio.h>

int problem_say(char *problem, int error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(problem, PROBLEM_BYTES, format, arguments);
    va_end(arguments);
    return error;
}
