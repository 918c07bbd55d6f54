/* Numbers as people type them, read strictly: the whole text is the number, in decimal digits. No
 * sign, no white space, no exponent, no hexadecimal, no "inf". What is not exactly understood is
 * refused. -EINVAL: not such a number. -ERANGE: one, but outside minimum..maximum (inclusive). */
#ifndef HARNESS_BASE_NUMBERS_H
#define HARNESS_BASE_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

int number_integer(const char *text, uint64_t minimum, uint64_t maximum, uint64_t *value);
int number_decimal(const char *text, double minimum, double maximum, double *value);

/* The same as number_integer() and number_decimal(), and behind the number perhaps k, M or G: "5k"
 * is 5,000, "1.5M" is 1,500,000. What is then no whole number is -EINVAL of number_count(). */
int number_count(const char *text, uint64_t minimum, uint64_t maximum, uint64_t *value);
int number_scaled(const char *text, double minimum, double maximum, double *value);

/* A number and its unit: "500ms", "30s", "2m", "1h"; one without a unit is of seconds. */
int number_duration(const char *text, double minimum_s, double maximum_s, double *value_s);

/* For people: "12,345", "0.25", with no more decimals than it takes: at most 6 below 1, 3 below
 * 100, else 1. Returns `text`. */
char *number_print(double value, char *text, size_t size);

/* The digits of a number, in groups: "12345.6" is "12,345.6". Returns `text`. */
char *number_group(const char *digits, char *text, size_t size);

#endif
