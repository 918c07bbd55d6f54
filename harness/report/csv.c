#include "harness/report/csv.h"

#include "harness/analysis/format.h"
#include "harness/base/printable.h"

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

static void write_field(const char *text, char *field)
{
    char clean[TEXT_BYTES];
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

static void write_number(double value, char *field)
{
    snprintf(field, FIELD_BYTES, "%.10g", value);
}

void csv_columns(struct csv *csv, const char *text, unsigned count)
{
    fprintf(csv->draft.stream, "%s%s", csv->columns > 0 ? "," : "", text);
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
