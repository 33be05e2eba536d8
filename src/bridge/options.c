/*
 * bridge/options.c
 *		jsonb options with one clear error for each mistake.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "bridge/options.h"

static const char *
json_type_name(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvNull:
			return "null";
		case jbvString:
			return "a string";
		case jbvNumeric:
			return "a number";
		case jbvBool:
			return "a boolean";
		case jbvBinary:
			return JsonContainerIsArray(value->val.binary.data) ? "an array" : "an object";
		default:
			return "another value";
	}
}

static void
raise_type(const char *argument, const char *name, const JsonbValue *value, const char *wanted)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"%s\" in argument \"%s\" must be %s, not %s",
					name, argument, wanted, json_type_name(value))));
}

static void
check_object(const char *argument, Jsonb *object)
{
	if (object != NULL && (!JB_ROOT_IS_OBJECT(object) || JB_ROOT_IS_SCALAR(object)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must be a JSON object", argument),
				 errhint("An example is %s => '{\"name\": 1}'.", argument)));
}

void
mlops_options_begin(MlopsOptions *options, const char *argument, Jsonb *object)
{
	check_object(argument, object);
	options->argument = argument;
	options->object = object;
	options->asked = NIL;
}

/* The value of a key, NULL when absent; remembers that the key is valid. */
static JsonbValue *
find_option(MlopsOptions *options, const char *name)
{
	options->asked = lappend(options->asked, unconstify(char *, name));
	if (options->object == NULL)
		return NULL;
	return getKeyJsonValueFromContainer(&options->object->root, name, strlen(name), NULL);
}

/* As double precision; what is beyond its range becomes an infinity. */
static double
numeric_to_double(Numeric number)
{
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
											  NumericGetDatum(number)));
}

/* Shortest text that reads back as the number. */
static char *
double_text(double number)
{
	return DatumGetCString(DirectFunctionCall1(float8out, Float8GetDatum(number)));
}

/* As it was written, unless that would fill the screen. */
static char *
numeric_text(Numeric number)
{
	char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(number)));

	return strlen(text) <= 30 ? text : double_text(numeric_to_double(number));
}

static void
raise_range(const char *argument, const char *name, Numeric number,
			const char *minimum, const char *maximum)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"%s\" in argument \"%s\" must be between %s and %s, not %s",
					name, argument, minimum, maximum, numeric_text(number))));
}

double
mlops_option_number(MlopsOptions *options, const char *name, double initial,
					double minimum, double maximum)
{
	JsonbValue *value = find_option(options, name);
	double		number;

	if (value == NULL)
		return initial;
	if (value->type != jbvNumeric)
		raise_type(options->argument, name, value, "a number");
	number = numeric_to_double(value->val.numeric);
	if (!(number >= minimum && number <= maximum))
		raise_range(options->argument, name, value->val.numeric,
					double_text(minimum), double_text(maximum));
	return number;
}

static bool
numeric_less(Numeric a, Numeric b)
{
	return DatumGetBool(DirectFunctionCall2(numeric_lt, NumericGetDatum(a), NumericGetDatum(b)));
}

int64
mlops_option_integer(MlopsOptions *options, const char *name, int64 initial,
					 int64 minimum, int64 maximum)
{
	JsonbValue *value = find_option(options, name);
	Numeric		number;
	Datum		whole;

	if (value == NULL)
		return initial;
	if (value->type != jbvNumeric)
		raise_type(options->argument, name, value, "a whole number");
	number = value->val.numeric;
	whole = DirectFunctionCall2(numeric_trunc, NumericGetDatum(number), Int32GetDatum(0));
	if (!DatumGetBool(DirectFunctionCall2(numeric_eq, whole, NumericGetDatum(number))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\" in argument \"%s\" must be a whole number, not %s",
						name, options->argument, numeric_text(number))));
	if (numeric_less(number, int64_to_numeric(minimum)) ||
		numeric_less(int64_to_numeric(maximum), number))
		raise_range(options->argument, name, number,
					psprintf(INT64_FORMAT, minimum), psprintf(INT64_FORMAT, maximum));
	return DatumGetInt64(DirectFunctionCall1(numeric_int8, whole));
}

const char *
mlops_option_text(MlopsOptions *options, const char *name, const char *initial)
{
	JsonbValue *value = find_option(options, name);

	if (value == NULL)
		return initial;
	if (value->type != jbvString)
		raise_type(options->argument, name, value, "a string");
	return pnstrdup(value->val.string.val, value->val.string.len);
}

static void
raise_unknown(MlopsOptions *options, const char *name)
{
	StringInfoData valid;
	ListCell   *cell;

	initStringInfo(&valid);
	foreach(cell, options->asked)
	{
		if (valid.len > 0)
			appendStringInfoString(&valid, ", ");
		appendStringInfoString(&valid, (const char *) lfirst(cell));
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("argument \"%s\" has no option \"%s\"", options->argument, name),
			 valid.len > 0 ? errhint("Valid options are %s.", valid.data) : 0));
}

static bool
was_asked(MlopsOptions *options, const char *name, int length)
{
	ListCell   *cell;

	foreach(cell, options->asked)
	{
		const char *asked = lfirst(cell);

		if (strlen(asked) == (size_t) length && memcmp(asked, name, length) == 0)
			return true;
	}
	return false;
}

void
mlops_options_end(MlopsOptions *options)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	value;

	if (options->object == NULL)
		return;
	iterator = JsonbIteratorInit(&options->object->root);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY && !was_asked(options, value.val.string.val, value.val.string.len))
			raise_unknown(options, pnstrdup(value.val.string.val, value.val.string.len));
	}
}

/* A number or a boolean as a number; false when it is neither. */
static bool
plain_number(const JsonbValue *value, double *number)
{
	if (value->type == jbvBool)
		*number = value->val.boolean;
	else if (value->type == jbvNumeric)
		*number = numeric_to_double(value->val.numeric);
	else
		return false;
	return true;
}

/* The members of an object within an option. */
static void
read_members(const char *argument, const char *name, JsonbContainer *object, MlOption *option)
{
	MlOptionMember *members = palloc(sizeof(MlOptionMember) * (JsonContainerSize(object) + 1));
	JsonbIterator *iterator = JsonbIteratorInit(object);
	JsonbIteratorToken token;
	JsonbValue	value;

	option->members = members;
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		MlOptionMember *member = &members[option->n_members];

		if (token == WJB_KEY)
			member->name = pnstrdup(value.val.string.val, value.val.string.len);
		else if (token == WJB_VALUE)
		{
			if (!plain_number(&value, &member->value))
				raise_type(argument, psprintf("%s.%s", name, member->name), &value, "a number");
			option->n_members++;
		}
	}
}

static void
read_option(const char *argument, const char *name, const JsonbValue *value, MlOption *option)
{
	memset(option, 0, sizeof(*option));
	option->name = name;
	if (value->type == jbvString)
		option->text = pnstrdup(value->val.string.val, value->val.string.len);
	else if (value->type == jbvBinary && JsonContainerIsObject(value->val.binary.data))
		read_members(argument, name, value->val.binary.data, option);
	else if (!plain_number(value, &option->value))
		raise_type(argument, name, value, "a number, a boolean, a string or an object");
}

int
mlops_options_list(const char *argument, Jsonb *object, MlOption **list)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	value;
	char	   *name = NULL;
	int			count = 0;

	check_object(argument, object);
	*list = NULL;
	if (object == NULL || JB_ROOT_COUNT(object) == 0)
		return 0;
	*list = palloc(sizeof(MlOption) * JB_ROOT_COUNT(object));
	iterator = JsonbIteratorInit(&object->root);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			name = pnstrdup(value.val.string.val, value.val.string.len);
		else if (token == WJB_VALUE)
			read_option(argument, name, &value, &(*list)[count++]);
	}
	return count;
}
