#include "tests/harness/stats/scipy_reference.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

json_t *reference;

int load_reference(void **state)
{
    (void)state;
    reference = json_load_file(TEST_REFERENCE, 0, NULL);
    return reference == NULL ? -1 : 0;
}

int drop_reference(void **state)
{
    (void)state;
    json_decref(reference);
    return 0;
}

double number(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

size_t values_of(const json_t *object, const char *name, double *values)
{
    const json_t *list = json_object_get(object, name), *value;
    size_t i;
    assert_in_range(json_array_size(list), 1, REFERENCE_VALUES);
    json_array_foreach(list, i, value) values[i] = json_number_value(value);
    return i;
}

const json_t *list_of(const char *name, size_t at_least)
{
    const json_t *list = json_object_get(reference, name);
    assert_true(json_array_size(list) >= at_least);
    return list;
}

void assert_near(double seen, double expected, double tolerance)
{
    if (!(fabs(seen - expected) <= tolerance * fabs(expected)))
        fail_msg("%.17g instead of %.17g", seen, expected);
}
