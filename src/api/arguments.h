/*
 * api/arguments.h
 *		SQL arguments as C values, and C values as result columns.
 */
#ifndef MLOPS_API_ARGUMENTS_H
#define MLOPS_API_ARGUMENTS_H

#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "nodes/pg_list.h"
#include "utils/jsonb.h"

/* A text argument as a C string, or NULL. */
extern char *mlops_argument_text(FunctionCallInfo fcinfo, int index);

/* The same, but NULL is error 22004 naming the argument. */
extern char *mlops_argument_required(FunctionCallInfo fcinfo, int index, const char *name);

/* An integer argument; NULL is error 22004 naming it. */
extern int	mlops_argument_integer(FunctionCallInfo fcinfo, int index, const char *name);

/* A text[] argument as C strings, or NULL; NULL elements are error 22004. */
extern const char **mlops_argument_texts(FunctionCallInfo fcinfo, int index, const char *name, int *count);

/* A jsonb argument, or NULL. */
extern Jsonb *mlops_argument_jsonb(FunctionCallInfo fcinfo, int index);

/* The row type that the function was declared to return. */
extern TupleDesc mlops_result_descriptor(FunctionCallInfo fcinfo);

/* One result column: NULL pointer and NaN become NULL. */
extern void mlops_result_text(Datum *values, bool *nulls, int column, const char *value);
extern void mlops_result_number(Datum *values, bool *nulls, int column, double value);

/* Numbers as float8[]. */
extern Datum mlops_result_numbers(const double *numbers, int n);

/* A List of C strings as text[]. */
extern Datum mlops_result_texts(List *strings);

#endif							/* MLOPS_API_ARGUMENTS_H */
