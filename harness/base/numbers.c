#include "harness/base/numbers.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* What a double holds exactly. */
enum { DECIMAL_DIGITS = 15 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

int number_integer(const char *text, uint64_t minimum, uint64_t maximum, uint64_t *value)
{
    uint64_t sum = 0;
    bool overflow = false;
    if (*text == '\0')
        return -EINVAL;
    for (; *text != '\0'; text++) {
        if (!is_digit(*text))
            return -EINVAL;
        uint64_t digit = (uint64_t)(*text - '0');
        if (sum > (UINT64_MAX - digit) / 10)
            overflow = true;
        else
            sum = sum * 10 + digit;
    }
    if (overflow || sum < minimum || sum > maximum)
        return -ERANGE;
    *value = sum;
    return 0;
}

/* Digits, then perhaps a point and digits: by hand, because strtod() depends on the locale. */
int number_decimal(const char *text, double minimum, double maximum, double *value)
{
    double digits = 0, scale = 1;
    unsigned used = 0;
    bool point = false, before = false, after = false;
    for (; *text != '\0'; text++) {
        if (*text == '.' && !point) {
            point = true;
            continue;
        }
        if (!is_digit(*text))
            return -EINVAL;
        *(point ? &after : &before) = true;
        if (digits > 0 || *text != '0')
            used++;
        digits = digits * 10 + (*text - '0');
        if (point)
            scale *= 10;
    }
    if (!before || (point && !after))
        return -EINVAL;
    double result = digits / scale;
    if (used > DECIMAL_DIGITS || result < minimum || result > maximum)
        return -ERANGE;
    *value = result;
    return 0;
}

int number_duration(const char *text, double minimum_s, double maximum_s, double *value_s)
{
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}};

    char number[32];
    size_t length = strspn(text, "0123456789.");
    if (length == 0 || length >= sizeof number)
        return -EINVAL;
    memcpy(number, text, length);
    number[length] = '\0';
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(text + length, units[i].name) == 0) {
            double unit = units[i].seconds;
            int r = number_decimal(number, minimum_s / unit, maximum_s / unit, value_s);
            if (r == 0)
                *value_s *= unit;
            return r;
        }
    }
    return -EINVAL;
}
