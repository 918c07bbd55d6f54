#include "harness/report/csv.h"

#include "harness/analysis/format.h"
#include "harness/base/printable.h"

#include <stdint.h>
#include <string.h>

/* Of a text, and of the same when every character of it is a quote. */
enum { TEXT_BYTES = FORMAT_BYTES, FIELD_BYTES = 2 * TEXT_BYTES + 8 };

int csv_open(struct csv *csv, const char *folder, const char *name, const char *header)
{
    csv->columns = 0;
    int r = file_draft_open(&csv->draft, folder, name);
    if (r == 0 && header != NULL)
        fprintf(csv->draft.stream, "%s\n", header);
    return r;
}

int csv_close(struct csv *csv)
{
    return file_draft_keep(&csv->draft);
}

/* Spreadsheets run a field that begins so, quoted or not. */
static bool is_formula(const char *text)
{
    char first = text[strspn(text, " ")];
    return first != '\0' && strchr("=+-@", first) != NULL;
}

/* Most fields are names; a report has millions of them. */
static bool is_plain(const char *text)
{
    if (is_formula(text) || strlen(text) >= TEXT_BYTES)
        return false;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at < ' ' || *at > '~' || *at == ',' || *at == '"')
            return false;
    }
    return true;
}

static void write_field(const char *text, char *field)
{
    char clean[TEXT_BYTES];
    if (is_plain(text)) {
        memcpy(field, text, strlen(text) + 1);
        return;
    }
    printable(clean, sizeof clean, text);
    bool formula = is_formula(clean);
    if (!formula && strpbrk(clean, ",\"") == NULL) {
        memcpy(field, clean, strlen(clean) + 1);
        return;
    }
    *field++ = '"';
    if (formula)
        *field++ = '\'';
    for (const char *at = clean; *at != '\0'; at++) {
        if (*at == '"')
            *field++ = '"';
        *field++ = *at;
    }
    memcpy(field, "\"", 2);
}

/* As "%.10g" has it, which takes its time even for a small whole number. */
static void write_number(double value, char *field)
{
    char digits[16], *at = digits + sizeof digits;
    if (!(value >= 1 && value < 1e9 && value == (double)(uint32_t)value)) {
        snprintf(field, FIELD_BYTES, "%.10g", value);
        return;
    }
    *--at = '\0';
    for (uint32_t rest = (uint32_t)value; rest > 0; rest /= 10)
        *--at = (char)('0' + rest % 10);
    memcpy(field, at, (size_t)(digits + sizeof digits - at));
}

void csv_columns(struct csv *csv, const char *text, unsigned count)
{
    if (csv->columns > 0)
        fputc(',', csv->draft.stream);
    fputs(text, csv->draft.stream);
    csv->columns += count;
}

void csv_text(struct csv *csv, const char *text)
{
    char field[FIELD_BYTES];
    write_field(text, field);
    csv_columns(csv, field, 1);
}

void csv_number(struct csv *csv, double value)
{
    char field[FIELD_BYTES];
    write_number(value, field);
    csv_columns(csv, field, 1);
}

void csv_end_row(struct csv *csv)
{
    fputc('\n', csv->draft.stream);
    csv->columns = 0;
}

void csv_add_text(char *text, size_t size, const char *from)
{
    char field[FIELD_BYTES];
    write_field(from, field);
    format_add(text, size, "%s%s", text[0] != '\0' ? "," : "", field);
}

void csv_add_number(char *text, size_t size, double value)
{
    char field[FIELD_BYTES];
    write_number(value, field);
    format_add(text, size, "%s%s", text[0] != '\0' ? "," : "", field);
}
