/*
 * api/features.h
 *		The argument `features` of functions that look at one row.
 *
 * Each such function has one overload per way to give the row, since a set of
 * typed overloads is the only one in which rows, literals and untyped
 * parameters all find their function.
 */
#ifndef MLOPS_API_FEATURES_H
#define MLOPS_API_FEATURES_H

#include "postgres.h"

#include "fmgr.h"

#include "data/row.h"

typedef enum MlopsRowForm
{
	MLOPS_FORM_RECORD,
	MLOPS_FORM_JSONB,
	MLOPS_FORM_ARRAY,
	MLOPS_FORM_TEXT				/* and json, which is text */
} MlopsRowForm;

/* Argument 1 of the call, which is not NULL, as inputs (n_inputs). */
extern void mlops_features_read(FunctionCallInfo fcinfo, MlopsRowReader *reader, MlopsRowForm form,
								double *inputs);

/* The five overloads of a verb: mlops_<verb>_<form>, by verb(fcinfo, form). */
#define MLOPS_OVERLOAD(verb, name, form) \
	PG_FUNCTION_INFO_V1(mlops_##verb##_##name); \
	Datum \
	mlops_##verb##_##name(PG_FUNCTION_ARGS) \
	{ \
		return verb(fcinfo, form); \
	}
#define MLOPS_OVERLOADS(verb) \
	MLOPS_OVERLOAD(verb, record, MLOPS_FORM_RECORD) \
	MLOPS_OVERLOAD(verb, jsonb, MLOPS_FORM_JSONB) \
	MLOPS_OVERLOAD(verb, json, MLOPS_FORM_TEXT) \
	MLOPS_OVERLOAD(verb, array, MLOPS_FORM_ARRAY) \
	MLOPS_OVERLOAD(verb, text, MLOPS_FORM_TEXT)

#endif							/* MLOPS_API_FEATURES_H */
