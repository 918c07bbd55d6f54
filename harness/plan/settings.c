#include "harness/plan/settings.h"

#include "harness/base/problem.h"
#include "harness/base/utf8.h"
#include "harness/contract/parameters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct setting *run_options_setting(const struct run_options *options, const char *name)
{
    for (size_t i = 0; i < options->setting_count; i++) {
        if (strcmp(options->settings[i].name, name) == 0)
            return &options->settings[i];
    }
    return NULL;
}

bool run_options_has_mode(const struct run_options *options, const struct workload *workload,
                          const char *mode)
{
    char name[64];
    const struct setting *chosen = run_options_setting(options, "mode");
    snprintf(name, sizeof name, "%s %s", workload->name, mode);
    if (chosen == NULL)
        return options->workloads_named || !name_in_list(options->profile->left_out, name);
    for (size_t i = 0; i < chosen->count; i++) {
        if (strcmp(chosen->values[i], mode) == 0)
            return true;
    }
    return false;
}

static int take_setting_value(void *target, const char *value, char *problem)
{
    struct setting *setting = target;
    for (size_t i = 0; i < setting->count; i++) {
        if (strcmp(setting->values[i], value) == 0)
            return problem_say(problem, -EINVAL, "--set gives the value \"%s\" twice", value);
    }
    if (!utf8_is_valid(value))
        return problem_say(problem, -EINVAL, "--set was given a value that is not UTF-8 text");
    char **grown = realloc(setting->values, (setting->count + 1) * sizeof grown[0]);
    char *copy = grown != NULL ? strdup(value) : NULL;
    if (grown != NULL)
        setting->values = grown;
    if (copy == NULL)
        return problem_say(problem, -ENOMEM, "there is no memory for the settings");
    grown[setting->count++] = copy;
    return 0;
}

static int add_setting(struct run_options *options, const char *name, struct setting **setting)
{
    size_t bytes = (options->setting_count + 1) * sizeof options->settings[0];
    struct setting *grown = realloc(options->settings, bytes);
    char *copy = grown != NULL ? strdup(name) : NULL;
    if (grown != NULL)
        options->settings = grown;
    if (copy == NULL)
        return -ENOMEM;
    *setting = &grown[options->setting_count++];
    **setting = (struct setting){.name = copy};
    return 0;
}

/* "1,000" and "16,384,000": groups of three digits, of which a later one begins with 0, which
 * nobody writes in a list. */
static bool is_grouped(const char *list)
{
    bool zero = false;
    size_t first = strspn(list, "0123456789");
    if (first == 0 || first > 3 || list[first] != ',')
        return false;
    for (const char *at = list + first; *at == ',';) {
        size_t digits = strspn(at + 1, "0123456789");
        if (digits != 3 || (at[4] != ',' && at[4] != '\0'))
            return false;
        zero |= at[1] == '0';
        at += 4;
    }
    return zero;
}

int settings_add(struct run_options *options, const char *text, char *problem)
{
    struct setting *setting;
    char key[64], option[80];
    size_t length = strcspn(text, "=");
    if (text[length] != '=' || length == 0 || length >= sizeof key)
        return problem_say(problem, -EINVAL,
                           "--set cannot be \"%s\"; it is NAME=VALUE or NAME=VALUE,VALUE", text);
    memcpy(key, text, length);
    key[length] = '\0';
    if (text[length + 1] == '\0')
        return problem_say(problem, -EINVAL, "--set %s= has an empty value", key);
    if (run_options_setting(options, key) != NULL)
        return problem_say(problem, -EINVAL, "--set %s is given twice; write %s=VALUE,VALUE once",
                           key, key);
    if (!utf8_is_valid(key))
        return problem_say(problem, -EINVAL, "--set was given a name that is not UTF-8 text");
    if (add_setting(options, key, &setting) < 0)
        return problem_say(problem, -ENOMEM, "there is no memory for the settings");
    snprintf(option, sizeof option, "--set %s", key);
    if (is_grouped(text + length + 1))
        return problem_say(problem, -EINVAL,
                           "--set %s=%s is a list of values, and one of them begins with 0: write "
                           "a thousand as 1000 or 1k",
                           key, text + length + 1);
    return options_split(option, text + length + 1, take_setting_value, setting, problem);
}

void settings_free(struct run_options *options)
{
    for (size_t i = 0; i < options->setting_count; i++) {
        struct setting *setting = &options->settings[i];
        for (size_t k = 0; k < setting->count; k++)
            free(setting->values[k]);
        free(setting->values);
        free(setting->name);
    }
    free(options->settings);
    options->settings = NULL;
    options->setting_count = 0;
}
