/*
 * data/row.h
 *		One row, however it is given, as the feature values of a signature.
 *
 * A composite row is matched by column name, extra columns are ignored; JSON
 * by key; an array of numbers by position. Every value is converted to the
 * feature's training type first, so that all spellings agree to the bit.
 */
#ifndef MLOPS_DATA_ROW_H
#define MLOPS_DATA_ROW_H

#include "postgres.h"

#include "access/htup.h"
#include "utils/array.h"
#include "utils/jsonb.h"

#include "prep/signature.h"

typedef struct MlopsRowReader MlopsRowReader;

/* A reader for one signature; keeps the column map of the last row type. */
extern MlopsRowReader *mlops_row_reader(const MlSignature *signature, MemoryContext context);

/*
 * inputs[n_inputs] of the row; NULL where only the values are wanted. What is allocated meanwhile is freed by the
 * reader before the next row. Errors: an absent column or key (42703, naming
 * it), a type that cannot be converted (42804), NaN or infinity (22000), an
 * array of another length (22023) or for a signature with categories.
 */
extern void mlops_row_from_record(MlopsRowReader *reader, HeapTupleHeader row, double *inputs);
extern void mlops_row_from_jsonb(MlopsRowReader *reader, Jsonb *row, double *inputs);
extern void mlops_row_from_array(MlopsRowReader *reader, ArrayType *row, double *inputs);
/* Text holding a JSON object, a JSON array of numbers, or an array literal. */
extern void mlops_row_from_text(MlopsRowReader *reader, const char *row, double *inputs);

/* The feature values of the row that was read last, until the next one. */
extern const MlValue *mlops_row_values(const MlopsRowReader *reader);

/*
 * A value as text, as PostgreSQL shows the type; timestamps with time zone as
 * the local time that training saw. NULL: missing.
 */
extern char *mlops_value_text(MlType type, const MlValue *value);

#endif							/* MLOPS_DATA_ROW_H */
