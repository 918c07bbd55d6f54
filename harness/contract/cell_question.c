/* The words of a mode, filled with the values of a cell. */
#include "harness/contract/cell.h"

#include "harness/base/numbers.h"
#include "harness/base/printable.h"
#include "harness/contract/parameters.h"

#include <stdio.h>
#include <string.h>

enum { VALUE_BYTES = 40 };

/* What is written so far. */
struct writing {
    const struct cell *cell;
    char *text;
    size_t size, used;
    /* A parameter that was written is not as usual. */
    bool unusual;
};

static void add(struct writing *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length && out->used + 1 < out->size; i++)
        out->text[out->used++] = text[i];
    out->text[out->used] = '\0';
}

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length > tail && strcmp(text + length - tail, end) == 0;
}

/* "100 us", "1 ms", "10 s". */
static void print_time(double us, char *text, size_t size)
{
    char number[VALUE_BYTES];
    double scale = us >= 1e6 ? 1e6 : us >= 1e3 ? 1e3 : 1;
    number_print(us / scale, number, sizeof number);
    snprintf(text, size, "%.30s %s", number, us >= 1e6 ? "s" : us >= 1e3 ? "ms" : "us");
}

/* Whether the parameter of this mode has the value that it has when nobody sets it. */
static bool is_usual(const struct cell *cell, const char *name, const struct value *value)
{
    char typed[VALUE_BYTES];
    for (const struct parameter *p = cell->workload->parameters; p->name != NULL; p++) {
        if (strcmp(p->name, name) == 0 && name_in_list(p->modes, cell->mode))
            return p->fallback != NULL &&
                   strcmp(p->fallback, value_print(value, typed, sizeof typed)) == 0;
    }
    return false;
}

static void add_value(struct writing *out, const char *name, size_t length)
{
    char key[VALUE_BYTES], text[VALUE_BYTES];
    snprintf(key, sizeof key, "%.*s", (int)length, name);
    const struct value *value = named_values_find(&out->cell->params, "", key);
    if (value == NULL)
        return;
    if (value_is_number(value) && ends_in(key, "_us"))
        print_time(value_number(value), text, sizeof text);
    else if (value_is_number(value))
        number_print(value_number(value), text, sizeof text);
    else
        value_print(value, text, sizeof text);
    add(out, text, strlen(text));
    out->unusual |= !is_usual(out->cell, key, value);
}

/* Up to `end`, without brackets. */
static void add_words(struct writing *out, const char *words, const char *end)
{
    while (words < end) {
        size_t plain = strcspn(words, "{");
        if (plain > (size_t)(end - words))
            plain = (size_t)(end - words);
        add(out, words, plain);
        words += plain;
        if (words < end) {
            size_t length = strcspn(words, "}");
            add_value(out, words + 1, length - 1);
            words += length + 1;
        }
    }
}

static const char *words_of(const struct cell *cell)
{
    const struct question *each = cell->workload->questions;
    while (each != NULL && each->mode != NULL) {
        if (strcmp(each->mode, cell->mode) == 0)
            return each->words;
        each++;
    }
    return NULL;
}

char *cell_question(const struct cell *cell, char *text, size_t size)
{
    struct writing out = {.cell = cell, .text = text, .size = size};
    const char *words = words_of(cell);
    text[0] = '\0';
    if (words == NULL) {
        snprintf(text, size, "%s %s", cell->workload->name, cell->mode);
        return text;
    }
    while (*words != '\0') {
        size_t plain = strcspn(words, "[");
        add_words(&out, words, words + plain);
        words += plain;
        if (*words == '\0')
            break;
        size_t before = out.used, length = strcspn(words, "]");
        out.unusual = false;
        add_words(&out, words + 1, words + length);
        if (!out.unusual)
            text[out.used = before] = '\0';
        words += length + 1;
    }
    return text;
}
