/* Which subjects a chart shows, in which order, and how each is named and drawn. */
#include "harness/base/printable.h"
#include "harness/charts/chart.h"
#include "harness/subjects/subjects.h"

#include <stdio.h>
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

const char *chart_subject(const struct chart *chart, size_t subject)
{
    return run_subject_shown(chart->run, subject);
}

bool chart_shows(const struct chart *chart, size_t subject)
{
    const char *name = chart->run->subjects[subject].name;
    if (chart->ladder || !is_rung(name))
        return chart->ladder == is_rung(name);
    size_t length = strcspn(name, ":"), top = SUBJECT_NONE;
    for (size_t i = 0; i < chart->run->subject_count; i++) {
        const char *other = chart->run->subjects[i].name;
        if (strncmp(other, name, length) == 0 && other[length] == '\0')
            return false;
        if (is_rung(other) && !chart->run->subjects[i].opt_in &&
            strncmp(other, name, length + 1) == 0)
            top = i;
    }
    return top == subject;
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
int chart_style(const struct chart *chart, size_t subject)
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
    const char *name = chart->run->subjects[subject].name;
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof styles / sizeof styles[0]; i++) {
        if (strcmp(styles[i].subject, name) == 0)
            return styles[i].style;
    }
    if (is_rung(name))
        return STYLE_RUNG;
    if (chart->run->subjects[subject].tier == TIER_COMPLETION)
        return STYLE_FALLBACK_COMPLETION;
    for (; *name != '\0'; name++)
        sum += (unsigned char)*name;
    return STYLE_FALLBACK + (int)(sum % STYLES_FALLBACK);
}

int chart_value_style(size_t index)
{
    return STYLE_VALUES + (int)(index % STYLES_VALUES);
}

bool chart_is_null(const struct chart *chart, size_t subject)
{
    return strcmp(chart_subject(chart, subject), "null") == 0;
}

char *chart_label_short(const struct chart *chart, size_t subject, char *label, size_t size)
{
    printable(label, size, chart_subject(chart, subject));
    for (char *at = label; *at != '\0'; at++) {
        if (*at == '"' || *at == ',')
            *at = '_';
    }
    return label;
}

char *chart_label(const struct chart *chart, size_t subject, char *label, size_t size)
{
    char name[64];
    enum backend_tier tier = chart->run->subjects[subject].tier;
    chart_label_short(chart, subject, name, sizeof name);
    if (chart_is_null(chart, subject))
        snprintf(label, size, "%s (no kernel)", name);
    else if (tier == TIER_NONE)
        snprintf(label, size, "%s", name);
    else
        snprintf(label, size, "%s (%s)", name, backend_tier_name(tier));
    return label;
}

bool chart_is_lower_rung(const struct chart *chart, size_t a, size_t b)
{
    return registry_place(chart->run->subjects[a].name) <
           registry_place(chart->run->subjects[b].name);
}

bool chart_comes_before(const struct chart *chart, size_t a, size_t b)
{
    if (chart->ladder)
        return chart_is_lower_rung(chart, a, b);
    double left = analysis_median(chart->analysis, chart->cell, chart->metric, a)->median;
    double right = analysis_median(chart->analysis, chart->cell, chart->metric, b)->median;
    return chart->metric->lower_is_better ? left < right : left > right;
}
