/*
 * bridge/options.h
 *		jsonb options with one clear error for each mistake.
 *
 * An option set is a JSON object. Keys nobody asked for are an error that
 * lists the valid ones, so an option can never be ignored silently.
 */
#ifndef MLOPS_BRIDGE_OPTIONS_H
#define MLOPS_BRIDGE_OPTIONS_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "algo/algo.h"

typedef struct MlopsOptions
{
	const char *argument;		/* "prepare", "split": named in errors */
	Jsonb	   *object;
	struct List *asked;			/* names already looked up: the valid ones */
} MlopsOptions;

/* `object` NULL counts as '{}'; anything but a JSON object is an error. */
extern void mlops_options_begin(MlopsOptions *options, const char *argument, Jsonb *object);

/* Value of a key, or the default; a wrong JSON type or range is error 22023. */
extern double mlops_option_number(MlopsOptions *options, const char *name, double initial,
								  double minimum, double maximum);
extern int64 mlops_option_integer(MlopsOptions *options, const char *name, int64 initial,
								  int64 minimum, int64 maximum);
/* A palloc'd string, or `initial` (may be NULL). */
extern const char *mlops_option_text(MlopsOptions *options, const char *name, const char *initial);

/* Error 22023 naming the first key that was not asked for, and the valid ones. */
extern void mlops_options_end(MlopsOptions *options);

/*
 * The params object for ml_parameters_resolve(): JSON numbers and booleans (1
 * or 0), strings, and objects of numbers; anything else is an error naming the
 * key.
 */
extern int	mlops_options_list(const char *argument, Jsonb *object, MlOption **list);

#endif							/* MLOPS_BRIDGE_OPTIONS_H */
