#include "tests/harness/workloads/params_of.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct named_values params_of(const char *text)
{
    struct named_values params = {0};
    char all[512], *rest = all, *word;
    assert_true(strlen(text) < sizeof all);
    strcpy(all, text);
    while ((word = strtok_r(rest, " ", &rest)) != NULL) {
        char *value = strchr(word, '='), *end;
        assert_non_null(value);
        *value++ = '\0';
        double number = strtod(value, &end);
        if (*value == '\'')
            assert_int_equal(named_values_add_text(&params, "", word, strtok_r(value, "'", &end)),
                             0);
        else if (*end != '\0' || end == value)
            assert_int_equal(named_values_add_text(&params, "", word, value), 0);
        else if (strpbrk(value, ".e") == NULL)
            assert_int_equal(named_values_add_integer(&params, "", word, (int64_t)number), 0);
        else
            assert_int_equal(named_values_add_real(&params, "", word, number), 0);
    }
    return params;
}
