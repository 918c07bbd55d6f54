/* What later runs take of the last calibration, and how run.json and calibration.json have it. */
#ifndef HARNESS_RECORD_CALIBRATION_FILE_H
#define HARNESS_RECORD_CALIBRATION_FILE_H

#include "harness/record/calibration_record.h"
#include "harness/record/json_take.h"

#include <jansson.h>

/* 2: as in run.json, the manifest's groups hold values only. */
#define CALIBRATION_SCHEMA 2
/* Where `calibrate` writes and `run` looks. */
#define CALIBRATION_FOLDER "results/calibration"
#define CALIBRATION_FILE "calibration.json"

/* What the last calibration of this machine and kernel found. 0 also when there is none, or a file
 * that is not understood: the record is empty then. -ENOMEM. `record` is empty before. */
int calibration_recall(struct calibration_record *record, const struct named_values *manifest);

/* A new reference: an object, JSON null for an empty record. NULL: no memory. */
json_t *calibration_record_to_json(const struct calibration_record *record);

/* `record` is empty before. 0; -ENOMEM; or -EINVAL with the rest of a sentence that begins with the
 * file: "calibration.cells[2].share: expected ...". On -errno it is empty again. */
int calibration_record_from_json(struct calibration_record *record, const json_t *json,
                                 char *problem);

/* One entry of "cells" in run.json, and of "results" in calibration.json; NULL: no memory. */
json_t *calibration_result_to_json(const struct calibration_result *result);
/* What is wrong is latched in `take`, fields that are not known are passed over. The result is to
 * be freed in any case. */
void calibration_result_take(struct json_take *take, struct calibration_result *result);

#endif
