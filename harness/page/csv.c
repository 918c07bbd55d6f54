#include "harness/page/csv.h"

#include "harness/analysis/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CSV_BYTES (64u << 20)

char *page_read_file(const char *folder, const char *name, size_t limit)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return NULL;
    size_t room = 1 << 16, size = 0;
    char *text = malloc(room);
    while (text != NULL) {
        size_t got = fread(text + size, 1, room - size - 1, file);
        size += got;
        if (got == 0 || size > limit)
            break;
        if (room - size < 2) {
            room *= 2;
            char *larger = realloc(text, room);
            if (larger == NULL)
                free(text);
            text = larger;
        }
    }
    int error = text == NULL ? ENOMEM : ferror(file) ? EIO : size > limit ? EFBIG : 0;
    fclose(file);
    if (error != 0) {
        free(text);
        errno = error;
        return NULL;
    }
    text[size] = '\0';
    return text;
}

int csv_rows_open(struct csv_rows *rows, const char *folder, const char *name)
{
    *rows = (struct csv_rows){0};
    rows->text = rows->at = page_read_file(folder, name, CSV_BYTES);
    return rows->text == NULL ? -errno : 0;
}

/* One field, unquoted in its place, and what ended it: ',', a line's end or 0. */
static char *read_field(struct csv_rows *rows, char *end)
{
    char *field = rows->at, *to = field;
    bool quoted = *rows->at == '"';
    rows->at += quoted;
    while (*rows->at != '\0' && (quoted || (*rows->at != ',' && *rows->at != '\n'))) {
        if (quoted && *rows->at == '"' && rows->at[1] != '"') {
            quoted = false;
            rows->at++;
            continue;
        }
        rows->at += quoted && *rows->at == '"';
        *to++ = *rows->at++;
    }
    *end = *rows->at;
    rows->at += *end != '\0';
    *to = '\0';
    return field;
}

int csv_rows_next(struct csv_rows *rows)
{
    rows->count = 0;
    if (*rows->at == '\0')
        return 0;
    if (*rows->at == '\n') {
        rows->at++;
        return 1;
    }
    for (char end = ','; end == ',';) {
        char *field = read_field(rows, &end);
        if (rows->count < CSV_FIELDS)
            rows->fields[rows->count++] = field;
    }
    return 1;
}

void csv_rows_close(struct csv_rows *rows)
{
    free(rows->text);
    *rows = (struct csv_rows){0};
}
