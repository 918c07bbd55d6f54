#include "harness/record/reading.h"

#include <errno.h>
#include <math.h>
#include <string.h>

int reading_expected(struct reading *reading, const char *what)
{
    reading->expected = what;
    return -EINVAL;
}

/* Whether a value of that kind begins here; -EINVAL otherwise. */
int reading_kind(struct reading *reading, const char *kind, const char *what)
{
    reading->found = json_scan_kind(&reading->scan);
    if (strcmp(reading->found, kind) != 0)
        return reading_expected(reading, what);
    reading->found = NULL;
    return 0;
}

int reading_whole(struct reading *reading, uint64_t *number)
{
    int r = reading_kind(reading, "a number", "a whole number");
    return r < 0 ? r : json_scan_whole(&reading->scan, number);
}

int reading_amount(struct reading *reading, double *number)
{
    int r = reading_kind(reading, "a number", "a number from 0 up");
    return r < 0 ? r : json_scan_number(&reading->scan, number);
}

int reading_amount_or_null(struct reading *reading, double *number)
{
    *number = NAN;
    return json_scan_null(&reading->scan) ? 0 : reading_amount(reading, number);
}

int reading_boolean(struct reading *reading, bool *boolean)
{
    int r = reading_kind(reading, "true or false", "true or false");
    return r < 0 ? r : json_scan_boolean(&reading->scan, boolean);
}

int reading_string(struct reading *reading, char *text, size_t size)
{
    int r = reading_kind(reading, "a string", "a string");
    return r < 0 ? r : json_scan_text(&reading->scan, text, size);
}

int reading_enter(struct reading *reading, char bracket)
{
    const char *kind = bracket == '{' ? "an object" : "an array";
    int r = reading_kind(reading, kind, kind);
    return r < 0 ? r : json_scan_enter(&reading->scan, bracket);
}

int reading_parts(struct reading *reading, reading_part *part, void *target)
{
    bool is_first = true;
    int r = reading_enter(reading, '{');
    while (r == 0) {
        r = json_scan_member(&reading->scan, &is_first, reading->part, sizeof reading->part);
        if (r <= 0)
            break;
        r = part(reading, target);
    }
    if (r == 0)
        reading->part[0] = '\0';
    return r;
}
