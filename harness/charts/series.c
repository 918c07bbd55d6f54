/* Which subjects a chart shows, in which order, and how each is named and drawn. */
#include "harness/charts/charts.h"
#include "harness/contract/subject.h"

#include <string.h>

#define STYLE_RUNG 6
#define STYLE_FALLBACK 15
#define STYLES_FALLBACK 3
#define STYLE_FALLBACK_COMPLETION 19
#define STYLE_VALUES 31
#define STYLES_VALUES 8

/* One of a ladder of variants, each with one feature more: io_uring:plain, io_uring:+coop and so
 * on. */
static bool is_rung(const char *subject)
{
    return strstr(subject, ":+") != NULL || strstr(subject, ":plain") != NULL;
}

bool chart_shows(const struct chart *chart, const char *subject)
{
    if (chart->ladder || !is_rung(subject))
        return chart->ladder == is_rung(subject);
    size_t length = strcspn(subject, ":"), i;
    const json_t *other;
    const char *top = "";
    json_array_foreach(json_object_get(chart->run, "subjects"), i, other)
    {
        const char *name = report_text(other, "name");
        if (strncmp(name, subject, length) == 0 && name[length] == '\0')
            return false;
        if (is_rung(name) && !json_is_true(json_object_get(other, "opt_in")) &&
            strncmp(name, subject, length + 1) == 0)
            top = name;
    }
    return strcmp(top, subject) == 0;
}

/* Its place in the registry; a subject that this pollbench does not know comes last. */
static size_t registry_place(const char *name)
{
    size_t count, place = 0;
    const struct subject *all = subjects(&count);
    while (place < count && strcmp(all[place].name, name) != 0)
        place++;
    return place;
}

/* A subject looks the same on every chart. The numbers are the line styles of
 * scripts/plots/style.gp. */
int chart_style(const json_t *run, const char *subject)
{
    static const struct {
        const char *subject;
        int style;
    } styles[] = {
        {"select", 1},           {"poll", 2},           {"epoll", 3},
        {"epoll-et", 4},         {"epoll-oneshot", 5},  {"io_uring", 6},
        {"io_uring-poll", 7},    {"kqueue", 8},         {"peer:libuv", 9},
        {"peer:libev", 10},      {"peer:libevent", 11}, {"floor:epoll", 12},
        {"floor:io_uring", 13},  {"null", 14},          {"io_uring-poll-multishot", 18},
        {"floor:nanosleep", 20}, {"floor:timerfd", 21},
    };
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof styles / sizeof styles[0]; i++) {
        if (strcmp(styles[i].subject, subject) == 0)
            return styles[i].style;
    }
    if (is_rung(subject))
        return STYLE_RUNG;
    if (strcmp(report_tier(run, subject), "completion") == 0)
        return STYLE_FALLBACK_COMPLETION;
    for (; *subject != '\0'; subject++)
        sum += (unsigned char)*subject;
    return STYLE_FALLBACK + (int)(sum % STYLES_FALLBACK);
}

int chart_value_style(size_t index)
{
    return STYLE_VALUES + (int)(index % STYLES_VALUES);
}

bool chart_is_null(const char *subject)
{
    return strcmp(subject, "null") == 0;
}

char *chart_label(const struct chart *chart, const char *subject, char *label, size_t size)
{
    char name[48], tier[24];
    printable(name, sizeof name, subject);
    printable(tier, sizeof tier, report_tier(chart->run, subject));
    if (chart_is_null(subject))
        snprintf(tier, sizeof tier, "no kernel");
    snprintf(label, size, strcmp(tier, "none") == 0 ? "%s" : "%s (%s)", name, tier);
    for (char *at = label; *at != '\0'; at++) {
        if (*at == '"' || *at == ',')
            *at = '_';
    }
    return label;
}

bool chart_comes_before(const struct chart *chart, const json_t *a, const json_t *b)
{
    if (chart->ladder)
        return registry_place(report_text(a, "subject")) <
               registry_place(report_text(b, "subject"));
    double left = report_number(a, "median"), right = report_number(b, "median");
    return chart->metric->lower_is_better ? left < right : left > right;
}
