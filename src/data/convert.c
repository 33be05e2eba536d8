/*
 * data/convert.c
 *		One value of a column or row as a value of a feature's training type.
 *
 * A conversion has two halves: a function chosen by the given type reads the
 * datum, and one chosen by the family finishes it for the wanted type.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "bridge/pg_compat.h"
#include "data/convert.h"

#define INT64_EDGE 9223372036854775808.0	/* 2^63 */

static MlType
type_of_base(Oid base)
{
	switch (base)
	{
		case BOOLOID:
			return ML_BOOLEAN;
		case INT2OID:
			return ML_SMALLINT;
		case INT4OID:
			return ML_INTEGER;
		case INT8OID:
			return ML_BIGINT;
		case FLOAT4OID:
			return ML_REAL;
		case FLOAT8OID:
			return ML_DOUBLE;
		case NUMERICOID:
			return ML_NUMERIC;
		case TEXTOID:
			return ML_TEXT;
		case VARCHAROID:
			return ML_VARCHAR;
		case BPCHAROID:
			return ML_CHAR;
		case UUIDOID:
			return ML_UUID;
		case DATEOID:
			return ML_DATE;
		case TIMESTAMPOID:
			return ML_TIMESTAMP;
		case TIMESTAMPTZOID:
			return ML_TIMESTAMPTZ;
		default:
			return type_is_enum(base) ? ML_ENUM : (MlType) 0;
	}
}

MlType
mlops_type_of(Oid type)
{
	return type_of_base(getBaseType(type));
}

pg_tz *
mlops_converter_zone(const char *name)
{
	pg_tz	   *zone;

	if (name == NULL)
		return session_timezone;
	zone = pg_tzset(name);
	if (zone == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time zone \"%s\" is not known here", name)));
	return zone;
}

/* ---------------------------------------------------------------- errors */

static void
out_of_range(const MlopsConverter *converter)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("a value of column \"%s\" is out of range for type %s", converter->column,
					converter->type == ML_NUMERIC ? ml_type_name(ML_DOUBLE) : ml_type_name(converter->type)),
			 converter->type == ML_NUMERIC ?
			 errdetail("Features of type numeric are held as double precision.") : 0,
			 errhint("Give a value in range, or NULL for a missing one.")));
}

/* NaN, infinity and -infinity of any type: refused by name, or missing. */
static void
not_finite(const MlopsConverter *converter, const char *text, MlValue *value)
{
	if (!converter->nan_is_missing)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("column \"%s\" contains %s", converter->column, text),
				 errhint("Give NULL for a missing value; mlops_train() takes it as missing with prepare => '{\"nan\": \"missing\"}'.")));
	value->missing = true;
}

static const char *
not_finite_name(double number)
{
	return isnan(number) ? "NaN" : number > 0 ? "infinity" : "-infinity";
}

/* --------------------------------------------------------------- numbers */

static void
finish_integer(const MlopsConverter *converter, int64 number, MlValue *value)
{
	switch (converter->type)
	{
		case ML_SMALLINT:
			if (number < PG_INT16_MIN || number > PG_INT16_MAX)
				out_of_range(converter);
			break;
		case ML_INTEGER:
			if (number < PG_INT32_MIN || number > PG_INT32_MAX)
				out_of_range(converter);
			break;
		case ML_REAL:
			value->number = (float) number;
			return;
		default:
			break;
	}
	value->number = (double) number;
}

/* 0 and 1, for values that have no boolean of their own (arrays). */
static void
finish_boolean(const MlopsConverter *converter, double number, MlValue *value)
{
	if (number != 0.0 && number != 1.0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column \"%s\" is boolean and cannot be %g", converter->column, number),
				 errhint("Write 1 for true and 0 for false.")));
	value->number = number;
}

void
mlops_convert_double(const MlopsConverter *converter, double number, MlValue *value)
{
	value->missing = false;
	if (!isfinite(number))
	{
		not_finite(converter, not_finite_name(number), value);
		return;
	}
	switch (converter->type)
	{
		case ML_BOOLEAN:
			finish_boolean(converter, number, value);
			break;
		case ML_SMALLINT:
		case ML_INTEGER:
		case ML_BIGINT:
			number = rint(number);
			if (number < -INT64_EDGE || number >= INT64_EDGE)
				out_of_range(converter);
			finish_integer(converter, (int64) number, value);
			break;
		case ML_REAL:
			value->number = (float) number;
			if (isinf(value->number) || (value->number == 0.0 && number != 0.0))
				out_of_range(converter);
			break;
		default:
			value->number = number;
			break;
	}
}

/*
 * Through the decimal digits, as PostgreSQL's own casts go: the nearest real
 * or double to the number, rounded once.
 */
static void
numeric_to_float(const MlopsConverter *converter, Numeric number, MlValue *value)
{
	char	   *digits = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(number)));

	if (converter->type == ML_REAL)
		value->number = strtof(digits, NULL);
	else
		value->number = strtod(digits, NULL);
	if (isinf(value->number) ||
		(value->number == 0.0 && strpbrk(digits, "123456789") != NULL))
		out_of_range(converter);
	pfree(digits);
}

void
mlops_convert_numeric(const MlopsConverter *converter, Numeric number, MlValue *value)
{
	double		nearest;

	value->missing = false;
	if (numeric_is_nan(number) || numeric_is_inf(number))
	{
		not_finite(converter, numeric_is_nan(number) ? "NaN" : "infinity", value);
		return;
	}
	if (!ml_type_is_integer(converter->type))
	{
		numeric_to_float(converter, number, value);
		if (converter->type == ML_BOOLEAN)
			finish_boolean(converter, value->number, value);
		return;
	}

	/* The server's own error, for what is just beyond, would name no column. */
	nearest = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
												 NumericGetDatum(number)));
	if (nearest < -INT64_EDGE || nearest > INT64_EDGE)
		out_of_range(converter);
	finish_integer(converter,
				   DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(number))),
				   value);
}

static void
convert_boolean(const MlopsConverter *converter, Datum datum, MlValue *value)
{
	value->number = DatumGetBool(datum) ? 1.0 : 0.0;
}

static void
convert_int2(const MlopsConverter *converter, Datum datum, MlValue *value)
{
	finish_integer(converter, DatumGetInt16(datum), value);
}

static void
convert_int4(const MlopsConverter *converter, Datum datum, MlValue *value)
{
	finish_integer(converter, DatumGetInt32(datum), value);
}

static void
convert_int8(const MlopsConverter *converter, Datum datum, MlValue *value)
{
	finish_integer(converter, DatumGetInt64(datum), value);
}

static void
convert_float4(const MlopsConverter *converter, Datum datum, MlValue *value)
{
	float		number = DatumGetFloat4(datum);

	if (converter->type == ML_NUMERIC && isfinite(number))
	{
		/* the digits that the cast to numeric keeps: 0.1, not 0.100000001 */
		char		digits[64];

		snprintf(digits, sizeof(digits), "%.*g", FLT_DIG, number);
		value->number = strtod(digits, NULL);
	}
	else if (converter->type == ML_REAL && isfinite(number))
		value->number = number; /* the most frequent case, made short */
	else
		mlops_convert_double(converter, number, value);
}

static void
convert_float8(const MlopsConverter *converter, Datum datum, MlValue *value)
{
	double		number = DatumGetFloat8(datum);

	if (converter->type == ML_DOUBLE && isfinite(number))
		value->number = number;
	else
		mlops_convert_double(converter, number, value);
}

static void
convert_numeric(const MlopsConverter *converter, Datum datum, MlValue *value)
{
	mlops_convert_numeric(converter, DatumGetNumeric(datum), value);
}

/* ------------------------------------------------------------------ text */

/*
 * The spellings that uuid's input function takes, as its output writes them.
 * Anything else is an error naming the column.
 */
static void
finish_uuid(const MlopsConverter *converter, const char *text, size_t length, MlValue *value)
{
	char	   *result = palloc(2 * UUID_LEN + 5);
	bool		braces = length > 2 && text[0] == '{' && text[length - 1] == '}';
	size_t		i = braces ? 1 : 0;
	size_t		end = braces ? length - 1 : length;
	int			digits = 0;
	int			used = 0;

	for (; i < end && digits < 2 * UUID_LEN; i++)
	{
		char		c = pg_ascii_tolower((unsigned char) text[i]);

		if (c == '-' && digits > 0 && digits % 4 == 0 && text[i - 1] != '-')
			continue;
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			break;
		if (digits == 8 || digits == 12 || digits == 16 || digits == 20)
			result[used++] = '-';
		result[used++] = c;
		digits++;
	}
	if (i != end || digits != 2 * UUID_LEN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("column \"%s\" contains \"%.*s\", which is not a uuid",
						converter->column, (int) Min(length, 100), text)));
	value->text = result;
	value->length = used;
}

void
mlops_convert_text(const MlopsConverter *converter, const char *text, size_t length,
				   MlValue *value)
{
	const char *utf8;

	value->missing = false;
	if (converter->type == ML_UUID)
	{
		finish_uuid(converter, text, length, value);
		return;
	}
	if (converter->type == ML_CHAR || converter->base == BPCHAROID)
	{
		while (length > 0 && text[length - 1] == ' ')
			length--;
	}
	utf8 = pg_server_to_any(text, (int) length, PG_UTF8);
	value->text = utf8;
	value->length = utf8 == text ? length : strlen(utf8);
}

static void
convert_text(const MlopsConverter *converter, Datum datum, MlValue *value)
{
	text	   *given = DatumGetTextPP(datum);

	mlops_convert_text(converter, VARDATA_ANY(given), VARSIZE_ANY_EXHDR(given), value);
}

static void
convert_enum(const MlopsConverter *converter, Datum datum, MlValue *value)
{
	char	   *label = DatumGetCString(DirectFunctionCall1(enum_out, datum));

	mlops_convert_text(converter, label, strlen(label), value);
}

static void
convert_uuid(const MlopsConverter *converter, Datum datum, MlValue *value)
{
	char	   *digits = DatumGetCString(DirectFunctionCall1(uuid_out, datum));

	value->text = digits;
	value->length = strlen(digits);
}

/* ----------------------------------------------------------------- times */

/* Microseconds since 2000-01-01 00:00 local time. */
static void
finish_time(const MlopsConverter *converter, double local, MlValue *value)
{
	if (converter->type == ML_DATE)
		local = floor(local / USECS_PER_DAY) * USECS_PER_DAY;
	value->number = local;
}

static void
convert_date(const MlopsConverter *converter, Datum datum, MlValue *value)
{
	DateADT		date = DatumGetDateADT(datum);

	if (DATE_NOT_FINITE(date))
		not_finite(converter, DATE_IS_NOEND(date) ? "infinity" : "-infinity", value);
	else
		finish_time(converter, (double) date * USECS_PER_DAY, value);
}

static void
convert_timestamp(const MlopsConverter *converter, Datum datum, MlValue *value)
{
	Timestamp	timestamp = DatumGetTimestamp(datum);

	if (TIMESTAMP_NOT_FINITE(timestamp))
		not_finite(converter, TIMESTAMP_IS_NOEND(timestamp) ? "infinity" : "-infinity", value);
	else
		finish_time(converter, (double) timestamp, value);
}

static void
convert_timestamptz(const MlopsConverter *converter, Datum datum, MlValue *value)
{
	TimestampTz timestamp = DatumGetTimestampTz(datum);
	Timestamp	local;
	struct pg_tm tm;
	fsec_t		fsec;
	int			offset;

	if (TIMESTAMP_NOT_FINITE(timestamp))
	{
		not_finite(converter, TIMESTAMP_IS_NOEND(timestamp) ? "infinity" : "-infinity", value);
		return;
	}
	if (timestamp2tm(timestamp, &offset, &tm, &fsec, NULL, converter->zone) != 0 ||
		tm2timestamp(&tm, fsec, NULL, &local) != 0)
		out_of_range(converter);
	finish_time(converter, (double) local, value);
}

/* The input functions of types do not know whose value they refuse. */
static void
time_error_context(void *converter)
{
	errcontext("column \"%s\"", ((const MlopsConverter *) converter)->column);
}

/* timestamptz without an offset is meant in the converter's zone. */
static Datum
timestamptz_input(const char *text, pg_tz *zone)
{
	pg_tz	   *session = session_timezone;
	Datum		result;

	if (zone == session)
		return DirectFunctionCall3(timestamptz_in, CStringGetDatum(text),
								   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
	PG_TRY();
	{
		session_timezone = zone;
		result = DirectFunctionCall3(timestamptz_in, CStringGetDatum(text),
									 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
	}
	PG_FINALLY();
	{
		session_timezone = session;
	}
	PG_END_TRY();
	return result;
}

static Datum
time_input(MlType type, const char *text, pg_tz *zone)
{
	switch (type)
	{
		case ML_DATE:
			return DirectFunctionCall1(date_in, CStringGetDatum(text));
		case ML_TIMESTAMP:
			return DirectFunctionCall3(timestamp_in, CStringGetDatum(text),
									   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
		default:
			return timestamptz_input(text, zone);
	}
}

void
mlops_convert_time(const MlopsConverter *converter, const char *text, MlValue *value)
{
	ErrorContextCallback callback;
	Datum		datum;

	callback.callback = time_error_context;
	callback.arg = unconstify(MlopsConverter *, converter);
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	datum = time_input(converter->type, text, converter->zone);
	error_context_stack = callback.previous;

	value->missing = false;
	if (converter->type == ML_DATE)
		convert_date(converter, datum, value);
	else if (converter->type == ML_TIMESTAMP)
		convert_timestamp(converter, datum, value);
	else
		convert_timestamptz(converter, datum, value);
}

/* ---------------------------------------------------------------- choice */

static void
choose_number(MlopsConverter *converter)
{
	switch (converter->base)
	{
		case BOOLOID:
			if (converter->type == ML_BOOLEAN)
				converter->convert = convert_boolean;
			return;
		case INT2OID:
			converter->convert = convert_int2;
			break;
		case INT4OID:
			converter->convert = convert_int4;
			break;
		case INT8OID:
			converter->convert = convert_int8;
			break;
		case FLOAT4OID:
			converter->convert = convert_float4;
			break;
		case FLOAT8OID:
			converter->convert = convert_float8;
			break;
		case NUMERICOID:
			converter->convert = convert_numeric;
			break;
		default:
			break;
	}
	if (converter->type == ML_BOOLEAN)
		converter->convert = NULL;
}

static void
choose_text(MlopsConverter *converter)
{
	switch (converter->base)
	{
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
			converter->convert = convert_text;
			break;
		case UUIDOID:
			converter->convert = convert_uuid;
			break;
		default:
			if (type_is_enum(converter->base))
				converter->convert = convert_enum;
			break;
	}
}

static void
choose_time(MlopsConverter *converter)
{
	switch (converter->base)
	{
		case DATEOID:
			converter->convert = convert_date;
			break;
		case TIMESTAMPOID:
			converter->convert = convert_timestamp;
			break;
		case TIMESTAMPTZOID:
			converter->convert = convert_timestamptz;
			break;
		default:
			break;
	}
}

void
mlops_converter_init(MlopsConverter *converter, const char *column, Oid from, MlType to,
					 bool nan_is_missing, pg_tz *zone)
{
	converter->column = column;
	converter->type = to;
	converter->base = getBaseType(from);
	converter->nan_is_missing = nan_is_missing;
	converter->zone = zone;
	converter->convert = NULL;

	switch (ml_type_kind(to))
	{
		case ML_KIND_NUMBER:
			choose_number(converter);
			break;
		case ML_KIND_CATEGORY:
			choose_text(converter);
			break;
		case ML_KIND_TIME:
			choose_time(converter);
			break;
	}
	if (converter->convert == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" is of type %s but the feature is of type %s", column,
						format_type_be(from), ml_type_name(to)),
				 errhint("Cast the column to %s.", ml_type_name(to))));
}
