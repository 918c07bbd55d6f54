/* scripts/plots, embedded when the program is built. Internal to gnuplot.c. */
#ifndef HARNESS_CHARTS_SCRIPTS_H
#define HARNESS_CHARTS_SCRIPTS_H

#include <stddef.h>

extern const char script_curves[], script_dots[], script_forest[], script_percentiles[],
    script_ratios[], script_scale[], script_style[];
extern const size_t script_curves_size, script_dots_size, script_forest_size,
    script_percentiles_size, script_ratios_size, script_scale_size, script_style_size;

#endif
