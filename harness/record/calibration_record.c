#include "harness/record/calibration_record.h"

#include <stdlib.h>

void calibration_result_free(struct calibration_result *result)
{
    free(result->workload);
    free(result->mode);
    free(result->subject);
    free(result->metric);
    named_values_free(&result->params);
    *result = (struct calibration_result){0};
}

void calibration_record_free(struct calibration_record *record)
{
    for (size_t i = 0; i < record->count; i++)
        calibration_result_free(&record->results[i]);
    free(record->results);
    free(record->date);
    free(record->commit);
    free(record->kernel);
    *record = (struct calibration_record){0};
}
