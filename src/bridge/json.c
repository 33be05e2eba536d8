/*
 * bridge/json.c
 *		Writing and reading the jsonb columns of the registry.
 *
 * Objects are written as text and parsed once at the end: the server's C
 * interface for building jsonb differs between versions, its input function
 * does not.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/json.h"
#include "utils/numeric.h"

#include "bridge/json.h"
#include "bridge/pg_compat.h"

/* Comma and key in front of the next member. */
static void
member(MlopsJson *json, const char *key)
{
	char		last = json->text.data[json->text.len - 1];

	if (last != '{' && last != '[')
		appendStringInfoChar(&json->text, ',');
	if (key != NULL)
	{
		escape_json(&json->text, key);
		appendStringInfoChar(&json->text, ':');
	}
}

void
mlops_json_begin(MlopsJson *json)
{
	initStringInfo(&json->text);
	appendStringInfoChar(&json->text, '{');
}

void
mlops_json_open(MlopsJson *json, const char *key, char bracket)
{
	member(json, key);
	appendStringInfoChar(&json->text, bracket);
}

void
mlops_json_close(MlopsJson *json, char bracket)
{
	appendStringInfoChar(&json->text, bracket);
}

void
mlops_json_text(MlopsJson *json, const char *key, const char *value)
{
	member(json, key);
	if (value == NULL)
		appendStringInfoString(&json->text, "null");
	else
		escape_json(&json->text, value);
}

void
mlops_json_number(MlopsJson *json, const char *key, double value)
{
	member(json, key);
	if (isfinite(value))
		appendStringInfoString(&json->text, float8out_internal(value));
	else
		appendStringInfoString(&json->text, "null");
}

void
mlops_json_integer(MlopsJson *json, const char *key, int64 value)
{
	member(json, key);
	appendStringInfo(&json->text, INT64_FORMAT, value);
}

void
mlops_json_boolean(MlopsJson *json, const char *key, bool value)
{
	member(json, key);
	appendStringInfoString(&json->text, value ? "true" : "false");
}

void
mlops_json_value(MlopsJson *json, const char *key, Jsonb *value)
{
	member(json, key);
	if (value == NULL)
		appendStringInfoString(&json->text, "null");
	else
		(void) JsonbToCString(&json->text, &value->root, VARSIZE(value));
}

void
mlops_json_numbers(MlopsJson *json, const char *key, const double *values, int count)
{
	int			i;

	mlops_json_open(json, key, '[');
	for (i = 0; i < count; i++)
		mlops_json_number(json, NULL, values[i]);
	mlops_json_close(json, ']');
}

void
mlops_json_integers(MlopsJson *json, const char *key, const int64 *values, int count)
{
	int			i;

	mlops_json_open(json, key, '[');
	for (i = 0; i < count; i++)
		mlops_json_integer(json, NULL, values[i]);
	mlops_json_close(json, ']');
}

void
mlops_json_texts(MlopsJson *json, const char *key, const char *const *values, int count)
{
	int			i;

	mlops_json_open(json, key, '[');
	for (i = 0; i < count; i++)
		mlops_json_text(json, NULL, values[i]);
	mlops_json_close(json, ']');
}

Jsonb *
mlops_json_finish(MlopsJson *json)
{
	appendStringInfoChar(&json->text, '}');
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json->text.data)));
}

/* A member of an object; false when it is absent or null. */
static bool
find_member(Jsonb *object, const char *key, JsonbValue *value)
{
	if (object == NULL || !JB_ROOT_IS_OBJECT(object))
		return false;
	if (getKeyJsonValueFromContainer(&object->root, key, strlen(key), value) == NULL)
		return false;
	return value->type != jbvNull;
}

static double
numeric_to_double(Numeric number)
{
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8, NumericGetDatum(number)));
}

char *
mlops_json_get_text(Jsonb *object, const char *key)
{
	JsonbValue	value;

	if (!find_member(object, key, &value) || value.type != jbvString)
		return NULL;
	return pnstrdup(value.val.string.val, value.val.string.len);
}

double
mlops_json_get_number(Jsonb *object, const char *key)
{
	JsonbValue	value;

	if (!find_member(object, key, &value) || value.type != jbvNumeric)
		return get_float8_nan();
	return numeric_to_double(value.val.numeric);
}

int64
mlops_json_get_integer(Jsonb *object, const char *key, int64 initial)
{
	JsonbValue	value;

	if (!find_member(object, key, &value) || value.type != jbvNumeric)
		return initial;
	return DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(value.val.numeric)));
}

bool
mlops_json_get_boolean(Jsonb *object, const char *key)
{
	JsonbValue	value;

	return find_member(object, key, &value) && value.type == jbvBool && value.val.boolean;
}

Jsonb *
mlops_json_get_value(Jsonb *object, const char *key)
{
	JsonbValue	value;

	if (!find_member(object, key, &value))
		return NULL;
	return JsonbValueToJsonb(&value);
}

double *
mlops_json_get_numbers(Jsonb *object, const char *key, int *count)
{
	Jsonb	   *array = mlops_json_get_value(object, key);
	double	   *numbers;
	int			i;

	*count = 0;
	if (array == NULL || !JB_ROOT_IS_ARRAY(array))
		return NULL;
	numbers = palloc0(sizeof(double) * (JB_ROOT_COUNT(array) + 1));
	for (i = 0; i < JB_ROOT_COUNT(array); i++)
	{
		JsonbValue *value = getIthJsonbValueFromContainer(&array->root, i);

		numbers[i] = value->type == jbvNumeric ?
			numeric_to_double(value->val.numeric) : get_float8_nan();
	}
	*count = JB_ROOT_COUNT(array);
	return numbers;
}

const char **
mlops_json_get_texts(Jsonb *object, const char *key, int *count)
{
	Jsonb	   *array = mlops_json_get_value(object, key);
	const char **texts;
	int			i;

	*count = 0;
	if (array == NULL || !JB_ROOT_IS_ARRAY(array))
		return NULL;
	texts = palloc0(sizeof(char *) * (JB_ROOT_COUNT(array) + 1));
	for (i = 0; i < JB_ROOT_COUNT(array); i++)
	{
		JsonbValue *value = getIthJsonbValueFromContainer(&array->root, i);

		texts[i] = value->type == jbvString ?
			pnstrdup(value->val.string.val, value->val.string.len) : "";
	}
	*count = JB_ROOT_COUNT(array);
	return texts;
}
