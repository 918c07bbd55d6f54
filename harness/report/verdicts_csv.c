/* verdicts.csv: a row for each pair of subjects of each cell. */
#include "harness/report/csv.h"
#include "harness/analysis/parts.h"

static const char *const fields[] = {"ratio", "ci_low", "ci_high",    "confidence",
                                     "n",     "p",      "p_adjusted", "minimum_effect"};

static void write_row(struct csv *csv, const json_t *run, const json_t *cell, size_t number,
                      const json_t *entry)
{
    char params[1000];
    const char *subject = report_text(entry, "subject");
    csv_number(csv, (double)number);
    csv_text(csv, report_text(cell, "workload"));
    csv_text(csv, report_text(cell, "mode"));
    csv_text(csv, report_params(cell, NULL, params, sizeof params));
    csv_text(csv, subject);
    csv_text(csv, report_tier(run, subject));
    csv_text(csv, report_text(entry, "metric"));
    csv_text(csv, report_text(entry, "baseline"));
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const json_t *value = json_object_get(entry, fields[i]);
        if (json_is_number(value))
            csv_number(csv, json_number_value(value));
        else
            csv_text(csv, "");
    }
    csv_text(csv, report_text(entry, "verdict"));
    csv_text(csv, report_text(entry, "why"));
    csv_number(csv, report_number(entry, "rounds"));
    csv_number(csv, report_number(entry, "rounds_likely"));
    csv_end_row(csv);
}

int report_write_verdicts(const json_t *run, const char *folder, char *problem)
{
    struct csv csv;
    int result =
        csv_open(&csv, folder, "verdicts.csv",
                 "cell,workload,mode,params,subject,tier,metric,baseline,ratio,ci_low,ci_high,"
                 "confidence,n,p,p_adjusted,minimum_effect,verdict,why,rounds,rounds_likely",
                 problem);
    if (result < 0)
        return result;
    size_t i, k;
    const json_t *cell, *entry;
    json_array_foreach(json_object_get(run, "cells"), i, cell)
    {
        json_array_foreach(json_object_get(cell, "verdicts"), k, entry)
            write_row(&csv, run, cell, i, entry);
    }
    return csv_close(&csv);
}
