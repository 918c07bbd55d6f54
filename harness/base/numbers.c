#include "harness/base/numbers.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
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
    /* Stored, so that a processor that computes with more digits (x87) does not compare them: 0.01
     * would be below the double of that name. */
    volatile double stored = digits / scale;
    double result = stored;
    if (used > DECIMAL_DIGITS || result < minimum || result > maximum)
        return -ERANGE;
    *value = result;
    return 0;
}

/* ---- with a factor behind it ---- */

/* Of the letter that the text ends with; 1: it ends with none. */
static uint64_t factor_of(const char *text, int *zeros)
{
    size_t length = strlen(text);
    char last = length > 0 ? text[length - 1] : '\0';
    *zeros = last == 'k' ? 3 : last == 'M' ? 6 : last == 'G' ? 9 : 0;
    return last == 'k' ? 1000 : last == 'M' ? 1000000 : last == 'G' ? 1000000000 : 1;
}

int number_count(const char *text, uint64_t minimum, uint64_t maximum, uint64_t *value)
{
    char digits[48];
    int zeros;
    if (factor_of(text, &zeros) == 1)
        return number_integer(text, minimum, maximum, value);
    /* The point moves to the right by as many digits as there are zeros. */
    size_t length = strlen(text) - 1, whole = strcspn(text, ".");
    if (whole > length)
        whole = length;
    size_t decimals = length > whole ? length - whole - 1 : 0;
    if (whole == 0 || (length > whole && decimals == 0) || decimals > (size_t)zeros)
        return -EINVAL;
    if (whole + (size_t)zeros >= sizeof digits)
        return -ERANGE;
    memcpy(digits, text, whole);
    memcpy(digits + whole, text + whole + 1, decimals);
    memset(digits + whole + decimals, '0', (size_t)zeros - decimals);
    digits[whole + (size_t)zeros] = '\0';
    return number_integer(digits, minimum, maximum, value);
}

int number_scaled(const char *text, double minimum, double maximum, double *value)
{
    char number[48];
    int zeros;
    double factor = (double)factor_of(text, &zeros);
    if (zeros == 0)
        return number_decimal(text, minimum, maximum, value);
    size_t length = strlen(text) - 1;
    if (length >= sizeof number)
        return -ERANGE;
    memcpy(number, text, length);
    number[length] = '\0';
    int r = number_decimal(number, minimum / factor, maximum / factor, value);
    if (r == 0)
        *value *= factor;
    return r;
}

/* ---- with a unit ---- */

int number_duration(const char *text, double minimum_s, double maximum_s, double *value_s)
{
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"", 1}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}};

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

/* ---- for people ---- */

char *number_group(const char *digits, char *text, size_t size)
{
    size_t whole = strcspn(digits, ".");
    size_t at = 0;
    for (size_t i = 0; digits[i] != '\0' && at + 2 < size; i++) {
        bool after_digit = i > 0 && digits[i - 1] != '-';
        if (i < whole && after_digit && (whole - i) % 3 == 0)
            text[at++] = ',';
        text[at++] = digits[i];
    }
    text[at] = '\0';
    return text;
}

char *number_print(double value, char *text, size_t size)
{
    char digits[64];
    int decimals = value >= 100 ? 1 : value >= 1 ? 3 : 6;
    snprintf(digits, sizeof digits, "%.*f", decimals, value);
    size_t length = strlen(digits);
    while (digits[length - 1] == '0')
        length--;
    digits[length - (digits[length - 1] == '.')] = '\0';
    return number_group(digits, text, size);
}
