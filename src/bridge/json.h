/*
 * bridge/json.h
 *		Writing and reading the jsonb columns of the registry.
 */
#ifndef MLOPS_BRIDGE_JSON_H
#define MLOPS_BRIDGE_JSON_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

/* An object or array being written; members are separated by themselves. */
typedef struct MlopsJson
{
	StringInfoData text;
} MlopsJson;

extern void mlops_json_begin(MlopsJson *json);
extern void mlops_json_open(MlopsJson *json, const char *key, char bracket);
extern void mlops_json_close(MlopsJson *json, char bracket);

/* `key` NULL: an element of an array. Text NULL and NaN are written as null. */
extern void mlops_json_text(MlopsJson *json, const char *key, const char *value);
extern void mlops_json_number(MlopsJson *json, const char *key, double value);
extern void mlops_json_integer(MlopsJson *json, const char *key, int64 value);
extern void mlops_json_boolean(MlopsJson *json, const char *key, bool value);
extern void mlops_json_value(MlopsJson *json, const char *key, Jsonb *value);
extern void mlops_json_numbers(MlopsJson *json, const char *key, const double *values, int count);
extern void mlops_json_integers(MlopsJson *json, const char *key, const int64 *values, int count);
extern void mlops_json_texts(MlopsJson *json, const char *key, const char *const *values, int count);

/* The finished object. */
extern Jsonb *mlops_json_finish(MlopsJson *json);

/* Members of a stored object; absent or null: NULL, NaN, false, or count 0. */
extern char *mlops_json_get_text(Jsonb *object, const char *key);
extern double mlops_json_get_number(Jsonb *object, const char *key);
/* A whole number without loss; `initial` when it is absent or none. */
extern int64 mlops_json_get_integer(Jsonb *object, const char *key, int64 initial);
extern bool mlops_json_get_boolean(Jsonb *object, const char *key);
extern Jsonb *mlops_json_get_value(Jsonb *object, const char *key);
extern double *mlops_json_get_numbers(Jsonb *object, const char *key, int *count);
extern const char **mlops_json_get_texts(Jsonb *object, const char *key, int *count);

#endif							/* MLOPS_BRIDGE_JSON_H */
