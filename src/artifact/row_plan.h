/*
 * artifact/row_plan.h
 *		A row plan (algo/row_plan.h) as bytes, which travel as a parameter of a
 *		query to wherever its rows are.
 */
#ifndef ML_ARTIFACT_ROW_PLAN_H
#define ML_ARTIFACT_ROW_PLAN_H

#include "algo/row_plan.h"
#include "base/bytes.h"

/* The bytes are in `env`; ML_OUT_OF_MEMORY is the only failure. */
extern MlStatus ml_row_plan_encode(MlEnv *env, const MlRowPlan *plan, uint8_t **bytes, size_t *length);

/*
 * `bytes` must be 8-byte aligned and stay: the plan points into them. Magic,
 * version, checksum and everything that a row will follow are checked;
 * ML_CORRUPT says what is wrong.
 */
extern MlStatus ml_row_plan_decode(MlEnv *env, const void *bytes, size_t length, MlRowPlan *plan);

#endif							/* ML_ARTIFACT_ROW_PLAN_H */
