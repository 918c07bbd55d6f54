/* Reads one line of JSON from the left, straight into what the caller wants, without a tree in
 * between: a run has tens of thousands of lines, and reading them is most of what a report waits
 * for. What it does not read it still checks. The grammar is RFC 8259's. */
#ifndef HARNESS_RECORD_JSON_SCAN_H
#define HARNESS_RECORD_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_scan {
    /* Writable, and ended by a 0; the scan leaves it as it was. */
    char *text, *at, *end;
    /* Once something is wrong: what, at `at`. Static. */
    const char *wrong;
};

void json_scan_open(struct json_scan *, char *text, size_t length);

/* Every int below is 0 or 1 as said, or -EINVAL with `wrong` set; nothing may be read after that.
 */

/* "a string", "a number", "an object", ...: what begins here. */
const char *json_scan_kind(struct json_scan *);
/* Whether null begins here; takes it then. */
bool json_scan_null(struct json_scan *);

/* Takes '{' or '['. */
int json_scan_enter(struct json_scan *, char bracket);
/* To the next member of an object: 1 and its name, which is cut when it is longer; 0: the object
 * has ended. */
int json_scan_member(struct json_scan *, bool *is_first, char *name, size_t size);
/* To the next element of an array: 1; 0: the array has ended. */
int json_scan_element(struct json_scan *, bool *is_first);

int json_scan_number(struct json_scan *, double *);
/* Without a fraction, from 0 to INT64_MAX. */
int json_scan_whole(struct json_scan *, uint64_t *);
int json_scan_boolean(struct json_scan *, bool *);
/* A text that has to fit; escapes become what they stand for, and \u0000 is refused. */
int json_scan_text(struct json_scan *, char *text, size_t size);
/* A text without escapes, in its place: *text is good until json_scan_restore(), which the caller
 * owes. */
int json_scan_in_place(struct json_scan *, const char **text);
void json_scan_restore(struct json_scan *);

/* Passes over a value. */
int json_scan_skip(struct json_scan *);
/* Only white space is left. */
int json_scan_finish(struct json_scan *);

/* In characters, from 1. */
size_t json_scan_column(const struct json_scan *);

#endif
