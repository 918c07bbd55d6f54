#include "harness/record/twin_ledger.h"

#include "harness/base/file_save.h"
#include "harness/record/calibration_file.h"
#include "harness/record/json_set.h"
#include "harness/record/json_take.h"
#include "harness/record/machine.h"
#include "harness/stats/proportion.h"
#include "harness/stats/verdict.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEDGER_SCHEMA = 1, ID_BYTES = 32, LINE_BYTES_MAX = 1024 };

/* A hundred thousand runs. */
#define LEDGER_BYTES_MAX (16u << 20)

struct entry {
    char run[ID_BYTES];
    uint64_t twins, named;
    /* From 1. */
    uint64_t line;
};

static char *file_name(const struct named_values *manifest, char *name, size_t size)
{
    char mark[MACHINE_MARK_BYTES];
    snprintf(name, size, CALIBRATION_FOLDER "/twins-%s.jsonl", machine_mark(manifest, mark));
    return name;
}

/* ---- adding ---- */

void twin_ledger_count(const struct run *run, const struct cell_summary *summaries, uint64_t *twins,
                       uint64_t *named)
{
    *twins = *named = 0;
    for (size_t i = 0; i < run->cell_count; i++) {
        const struct verdict_pair *twin = &summaries[i].twin;
        /* One that could not have been named proves nothing by not being named. */
        if (!summaries[i].has_twin || !twin->tested || !twin->bounded)
            continue;
        ++*twins;
        *named += twin->word == VERDICT_FASTER || twin->word == VERDICT_SLOWER;
    }
}

static char *entry_to_text(const struct run *run, uint64_t twins, uint64_t named)
{
    char mark[MACHINE_MARK_BYTES];
    json_t *object = json_object();
    int r = 0;
    json_set(&r, object, "schema", json_integer(LEDGER_SCHEMA));
    json_set(&r, object, "machine", json_text(machine_mark(&run->manifest, mark)));
    json_set(&r, object, "run", json_text(run->id));
    json_set(&r, object, "twins", json_count(twins));
    json_set(&r, object, "named", json_count(named));
    char *text = r == 0 ? json_dumps(object, JSON_COMPACT) : NULL;
    json_decref(object);
    return text;
}

/* Runs that end at the same moment do not write into each other's lines: each is one write at the
 * end of the file. It begins with a new line where the last one was cut off. */
static int append(int fd, const char *text)
{
    char line[LINE_BYTES_MAX], last = '\n';
    struct stat status;
    if (fstat(fd, &status) < 0)
        return -errno;
    if (status.st_size > 0 && pread(fd, &last, 1, status.st_size - 1) < 0)
        return -errno;
    int length = snprintf(line, sizeof line, "%s%s\n", last != '\n' ? "\n" : "", text);
    ssize_t written = write(fd, line, (size_t)length);
    if (written < 0)
        return -errno;
    return written == length ? 0 : -ENOSPC;
}

int twin_ledger_add(const struct run *run, const struct cell_summary *summaries, char *problem)
{
    char name[PATH_MAX];
    uint64_t twins, named;
    twin_ledger_count(run, summaries, &twins, &named);
    if (twins == 0)
        return 0;
    file_name(&run->manifest, name, sizeof name);
    char *text = entry_to_text(run, twins, named);
    int r = text != NULL ? file_make_folder(CALIBRATION_FOLDER) : -ENOMEM;
    int fd = -1;
    if (r == 0) {
        fd = open(name, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
        r = fd < 0 ? -errno : append(fd, text);
    }
    if (fd >= 0)
        close(fd);
    free(text);
    return r < 0 ? problem_say(problem, r,
                               "what the twins of this run say is not kept: %s cannot be written "
                               "(%s)",
                               name, strerror(-r))
                 : 0;
}

/* ---- recalling ---- */

static void take_entry(struct json_take *take, const char *mark, struct entry *entry)
{
    uint64_t schema = 0;
    char *machine = NULL, *run = NULL;
    json_take_whole(take, "schema", JSON_NEEDED, &schema);
    if (take->r == 0 && schema != LEDGER_SCHEMA)
        json_take_complain(take, "schema", "expected %d, which this pollbench reads, not %" PRIu64,
                           LEDGER_SCHEMA, schema);
    json_take_text(take, "machine", JSON_NEEDED, &machine);
    if (take->r == 0 && strcmp(machine, mark) != 0)
        json_take_complain(take, "machine", "this is of another machine or kernel");
    json_take_text(take, "run", JSON_NEEDED, &run);
    if (take->r == 0 && (*run == '\0' || strlen(run) >= ID_BYTES))
        json_take_complain(take, "run", "expected the id of a run");
    json_take_whole(take, "twins", JSON_NEEDED, &entry->twins);
    json_take_whole(take, "named", JSON_NEEDED, &entry->named);
    if (take->r == 0 && (entry->twins == 0 || entry->twins > UINT32_MAX))
        json_take_complain(take, "twins", "expected at least 1, and no more than a run can have");
    if (take->r == 0 && entry->named > entry->twins)
        json_take_complain(take, "named", "more than there are twins");
    if (take->r == 0)
        snprintf(entry->run, sizeof entry->run, "%s", run);
    free(machine);
    free(run);
}

/* 0, -EINVAL with the rest of a sentence, or -ENOMEM. */
static int read_entry(const char *text, size_t length, const char *mark, struct entry *entry,
                      char *rest)
{
    struct json_take take;
    json_error_t error;
    if (length > LINE_BYTES_MAX)
        return problem_say(rest, -EINVAL, "it is too long");
    json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(json)) {
        json_decref(json);
        return problem_say(rest, -EINVAL, "it is no JSON object: it was damaged or cut off");
    }
    json_take_open(&take, json, rest);
    take_entry(&take, mark, entry);
    json_decref(json);
    return take.r;
}

static int by_run_and_line(const void *left, const void *right)
{
    const struct entry *one = left, *other = right;
    int order = strcmp(one->run, other->run);
    return order != 0 ? order : (one->line > other->line) - (one->line < other->line);
}

/* The first line of each run. */
static void add_up(struct twin_ledger *ledger, struct entry *entries, size_t count)
{
    if (count > 0)
        qsort(entries, count, sizeof *entries, by_run_and_line);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && strcmp(entries[i].run, entries[i - 1].run) == 0)
            continue;
        ledger->runs++;
        ledger->runs_named += entries[i].named > 0;
        ledger->twins += entries[i].twins;
        ledger->twins_named += entries[i].named;
    }
}

static size_t count_lines(const char *text, size_t length)
{
    size_t lines = 1;
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    return lines;
}

static int read_lines(struct twin_ledger *ledger, const char *text, size_t length, const char *mark,
                      const char *name)
{
    struct entry *entries = calloc(count_lines(text, length), sizeof *entries);
    size_t count = 0;
    uint64_t line = 0;
    int r = entries != NULL ? 0 : -ENOMEM;
    for (size_t begin = 0, end; begin < length && r == 0; begin = end + 1) {
        const char *found = memchr(text + begin, '\n', length - begin);
        char rest[PROBLEM_BYTES];
        end = found != NULL ? (size_t)(found - text) : length;
        line++;
        if (end == begin)
            continue;
        entries[count].line = line;
        r = read_entry(text + begin, end - begin, mark, &entries[count], rest);
        count += r == 0;
        if (r != -EINVAL)
            continue;
        if (ledger->refused++ == 0)
            problem_say(ledger->refusal, 0, "%s, line %" PRIu64 ": %s; it does not count", name,
                        line, rest);
        r = 0;
    }
    if (r == 0)
        add_up(ledger, entries, count);
    free(entries);
    return r;
}

/* The whole file, to be freed. 0, -errno. */
static int read_file(int fd, char **text, size_t *length)
{
    struct stat status;
    *length = 0;
    if (fstat(fd, &status) < 0)
        return -errno;
    if (!S_ISREG(status.st_mode))
        return -EINVAL;
    if (status.st_size > (off_t)LEDGER_BYTES_MAX)
        return -EFBIG;
    *text = malloc((size_t)status.st_size + 1);
    if (*text == NULL)
        return -ENOMEM;
    while (*length < (size_t)status.st_size) {
        ssize_t n = read(fd, *text + *length, (size_t)status.st_size - *length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        *length += (size_t)n;
    }
    return 0;
}

int twin_ledger_recall(struct twin_ledger *ledger, const struct named_values *manifest,
                       char *problem)
{
    char name[PATH_MAX], mark[MACHINE_MARK_BYTES], *text = NULL;
    size_t length = 0;
    *ledger = (struct twin_ledger){0};
    file_name(manifest, name, sizeof name);
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return 0;
    int r = fd >= 0 ? read_file(fd, &text, &length) : -errno;
    if (fd >= 0)
        close(fd);
    if (r == 0)
        r = read_lines(ledger, text, length, machine_mark(manifest, mark), name);
    free(text);
    if (r < 0)
        problem_say(problem, r, "%s, which counts the twins of this machine, cannot be read: %s",
                    name, strerror(-r));
    return r;
}

/* ---- telling ---- */

char *twin_ledger_sentence(const struct twin_ledger *ledger, char *text)
{
    struct proportion share;
    text[0] = '\0';
    if (proportion_of(ledger->runs_named, ledger->runs, VERDICT_CONFIDENCE, &share) < 0)
        return text;
    snprintf(text, TWIN_LEDGER_SENTENCE_BYTES,
             "On this machine %" PRIu64 " of %" PRIu64
             " run%s named a subject FASTER or SLOWER than itself: %.3g %% [%.3g, %.3g].",
             ledger->runs_named, ledger->runs, ledger->runs == 1 ? "" : "s", share.share * 100,
             share.low * 100, share.high * 100);
    return text;
}

static void write_own(const struct run *run, const struct cell_summary *summaries, char *text,
                      size_t size)
{
    uint64_t twins, named;
    twin_ledger_count(run, summaries, &twins, &named);
    if (twins == 0)
        return;
    snprintf(text, size, "The baseline ran twice in each round, the second time as its own twin: ");
    if (named == 0 && twins == 1)
        snprintf(text + strlen(text), size - strlen(text), "the only twin was not named. ");
    else if (named == 0)
        snprintf(text + strlen(text), size - strlen(text), "none of %" PRIu64 " twins was named. ",
                 twins);
    else if (twins == 1)
        snprintf(text + strlen(text), size - strlen(text),
                 "the only twin was NAMED, which is false. ");
    else
        snprintf(text + strlen(text), size - strlen(text),
                 "%" PRIu64 " of %" PRIu64 " twins %s NAMED, which is false. ", named, twins,
                 named == 1 ? "was" : "were");
}

char *twin_words(const struct run *run, const struct cell_summary *summaries, char *text)
{
    struct twin_ledger ledger;
    char problem[PROBLEM_BYTES], sentence[TWIN_LEDGER_SENTENCE_BYTES];
    text[0] = '\0';
    write_own(run, summaries, text, TWIN_WORDS_BYTES);
    size_t length = strlen(text);
    if (twin_ledger_recall(&ledger, &run->manifest, problem) < 0)
        snprintf(text + length, TWIN_WORDS_BYTES - length, "%s.", problem);
    else
        snprintf(text + length, TWIN_WORDS_BYTES - length, "%s%s%s",
                 twin_ledger_sentence(&ledger, sentence), ledger.refused > 0 ? " " : "",
                 ledger.refusal);
    return text;
}
