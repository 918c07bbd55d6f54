/* Values with names, in an order: the parameters of a cell, and what a manifest says of a machine.
 * The list owns its texts. */
#ifndef HARNESS_BASE_NAMED_VALUES_H
#define HARNESS_BASE_NAMED_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_kind {
    VALUE_NOTHING, /* nobody could find out */
    VALUE_INTEGER,
    VALUE_REAL,
    VALUE_TEXT,
};

struct value {
    enum value_kind kind;
    int64_t integer;
    double real;
    char *text;
};

struct named_value {
    /* "" unless several values belong together: "sysctl", with names such as "net.core.somaxconn".
     */
    char *group;
    char *name;
    struct value value;
};

/* Empty when it is all zeros. */
struct named_values {
    struct named_value *list;
    size_t count;
};

/* Each adds one value at the end. 0 or -ENOMEM, and then the list is as it was. A NULL or empty
 * text, and one that is not UTF-8, is VALUE_NOTHING. */
int named_values_add_nothing(struct named_values *, const char *group, const char *name);
int named_values_add_integer(struct named_values *, const char *group, const char *name, int64_t);
int named_values_add_real(struct named_values *, const char *group, const char *name, double);
int named_values_add_text(struct named_values *, const char *group, const char *name, const char *);
int named_values_add(struct named_values *, const char *group, const char *name,
                     const struct value *);

/* Takes the place of the value of that name, or is added. 0 or -ENOMEM. */
int named_values_set(struct named_values *, const char *group, const char *name,
                     const struct value *);

/* A copy of all of it. `to` is empty before. 0 or -ENOMEM, and then `to` is empty. */
int named_values_copy(struct named_values *to, const struct named_values *from);
void named_values_free(struct named_values *);

/* NULL when there is none. The list keeps it. */
const struct value *named_values_find(const struct named_values *, const char *group,
                                      const char *name);

/* The same names with equal values, in any order. */
bool named_values_equal(const struct named_values *, const struct named_values *);

/* 10 and 10.0 are equal. NULL is VALUE_NOTHING. */
bool value_equal(const struct value *, const struct value *);
bool value_is_number(const struct value *); /* NULL is none */
double value_number(const struct value *);  /* 0 for what is none */
const char *value_text_or(const struct value *, const char *otherwise);

/* As people type and read it: "1000", "2.5", "spin", "unknown" for nothing. Fit for a terminal.
 * Returns `text`. */
char *value_print(const struct value *, char *text, size_t size);

#endif
