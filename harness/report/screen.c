#include "harness/report/screen.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static const char dots[] = " ...";

/* Where the next text goes. */
struct pen {
    struct screen *screen;
    const struct paragraph *paragraph;
    char line[SCREEN_COLUMNS + 1];
    int used;
    /* Lines before this one; nothing is on this one but its indent. */
    size_t lines;
    bool fresh;
    /* The last line that there is room for is full. */
    bool cut;
};

/* Bytes of the text that take no more than so many, in whole characters. */
static int whole_characters(const char *text, int length, int most)
{
    if (length <= most)
        return length;
    while (most > 0 && ((unsigned char)text[most] & 0xc0) == 0x80)
        most--;
    return most;
}

static void put(struct pen *pen, const char *text, int length, int columns)
{
    int room = columns - pen->used;
    length = whole_characters(text, length, room > 0 ? room : 0);
    memcpy(pen->line + pen->used, text, (size_t)length);
    pen->used += length;
    pen->line[pen->used] = '\0';
}

static void end_line(struct pen *pen)
{
    struct screen *screen = pen->screen;
    while (pen->used > 0 && pen->line[pen->used - 1] == ' ')
        pen->line[--pen->used] = '\0';
    if (screen->count < SCREEN_LINES)
        memcpy(screen->lines[screen->count], pen->line, (size_t)pen->used + 1);
    screen->count++;
    pen->lines++;
}

static void begin_line(struct pen *pen)
{
    pen->used = 0;
    pen->fresh = true;
    while (pen->used < pen->paragraph->indent)
        put(pen, " ", 1, pen->screen->columns);
}

static void begin(struct pen *pen)
{
    const char *lead = pen->paragraph->lead;
    int length = (int)strlen(lead), columns = pen->screen->columns;
    pen->used = 0;
    pen->line[0] = '\0';
    pen->fresh = true;
    put(pen, lead, length, columns - 1);
    if (length > 0 && length >= pen->paragraph->indent)
        put(pen, ":", 1, columns), pen->fresh = false;
    while (pen->used < pen->paragraph->indent)
        put(pen, " ", 1, columns);
}

/* What this line may have: the last one keeps room for the dots. */
static int columns_of(const struct pen *pen)
{
    int columns = pen->screen->columns;
    return pen->lines + 1 >= pen->paragraph->most ? columns - (int)strlen(dots) : columns;
}

static bool fits(const struct pen *pen, int length)
{
    return pen->used + length + (pen->fresh ? 0 : 1) <= columns_of(pen);
}

static void next_line(struct pen *pen)
{
    if (pen->lines + 1 >= pen->paragraph->most) {
        put(pen, dots, (int)strlen(dots), pen->screen->columns);
        pen->cut = true;
    } else {
        end_line(pen);
        begin_line(pen);
    }
}

static void add_word(struct pen *pen, const char *word, int length)
{
    if (!fits(pen, length) && !pen->fresh)
        next_line(pen);
    if (pen->cut)
        return;
    if (!pen->fresh)
        put(pen, " ", 1, columns_of(pen));
    put(pen, word, length, columns_of(pen));
    pen->fresh = false;
}

static void add_part(struct pen *pen, const char *part, int length)
{
    if (fits(pen, length)) {
        add_word(pen, part, length);
        return;
    }
    if (!pen->fresh)
        next_line(pen);
    while (length > 0 && !pen->cut) {
        const char *space = memchr(part, ' ', (size_t)length);
        int word = space != NULL ? (int)(space - part) : length;
        add_word(pen, part, word);
        part += word + (space != NULL);
        length -= word + (space != NULL);
    }
}

static void write_all(struct screen *screen, const struct paragraph *paragraph)
{
    struct pen pen = {.screen = screen, .paragraph = paragraph};
    const char *text = paragraph->text;
    begin(&pen);
    while (*text != '\0' && !pen.cut) {
        int length = (int)strcspn(text, "\t");
        add_part(&pen, text, length);
        text += length + (text[length] == '\t');
    }
    end_line(&pen);
}

size_t screen_needs(const struct screen *screen, const struct paragraph *paragraph)
{
    struct screen scratch = {.columns = screen->columns};
    struct paragraph whole = *paragraph;
    whole.most = SIZE_MAX;
    write_all(&scratch, &whole);
    return scratch.count;
}

void screen_add(struct screen *screen, const struct paragraph *paragraph)
{
    struct paragraph fitting = *paragraph;
    if (screen_needs(screen, paragraph) <= paragraph->most)
        fitting.most = SIZE_MAX;
    write_all(screen, &fitting);
}

void screen_append(struct screen *screen, const struct screen *other)
{
    for (size_t i = 0; i < other->count; i++) {
        if (screen->count < SCREEN_LINES && i < SCREEN_LINES)
            memcpy(screen->lines[screen->count], other->lines[i], sizeof other->lines[i]);
        screen->count++;
    }
}

void screen_print(const struct screen *screen, FILE *out)
{
    for (size_t i = 0; i < screen->count && i < SCREEN_LINES; i++)
        fprintf(out, "%s\n", screen->lines[i]);
}
