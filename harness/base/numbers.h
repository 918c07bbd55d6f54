/* Numbers as people type them, read strictly: the whole text is the number, in decimal digits. No
 * sign, no white space, no exponent, no hexadecimal, no "inf". What is not exactly understood is
 * refused. -EINVAL: not such a number. -ERANGE: one, but outside minimum..maximum (inclusive). */
#ifndef HARNESS_BASE_NUMBERS_H
#define HARNESS_BASE_NUMBERS_H

#include <stdint.h>

int number_integer(const char *text, uint64_t minimum, uint64_t maximum, uint64_t *value);
int number_decimal(const char *text, double minimum, double maximum, double *value);

/* A number and its unit: "500ms", "30s", "2m", "1h". */
int number_duration(const char *text, double minimum_s, double maximum_s, double *value_s);

#endif
