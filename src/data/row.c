/*
 * data/row.c
 *		One row, however it is given, as the inputs of a model.
 *
 * The columns of a composite row are looked up by name once per row type: the
 * map is kept until a row of another type, or of the same type altered
 * meanwhile, comes along. JSON objects are looked up by key, arrays go by
 * position. Whatever a row needs is allocated in a context that is reset
 * before the next one.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/tupdesc.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "parser/scansup.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "data/convert.h"
#include "data/row.h"
#include "prep/label.h"

/* Where the features are in composite rows of one type. */
typedef struct RowMap
{
	Oid			given;			/* as the row says; InvalidOid: no map yet */
	Oid			type;			/* base type of a domain, else the same */
	int32		typmod;
	uint64		identifier;		/* changes when the type is altered */
	TupleDesc	desc;			/* with defaults of columns added later */
	int		   *attribute;		/* (n_features) from 0 */
	MlopsConverter *converters; /* (n_features) */
	Datum	   *datums;
	bool	   *nulls;
} RowMap;

struct MlopsRowReader
{
	const MlSignature *signature;
	MemoryContext row_context;
	MemoryContext map_context;
	pg_tz	   *zone;
	MlopsConverter *converters; /* (n_features) for JSON and arrays */
	MlValue    *values;			/* (n_features) */
	RowMap		map;
	int			not_number;		/* first feature that is no number, or -1 */
	FmgrInfo	array_in;
};

/* --------------------------------------------------------------- the reader */

MlopsRowReader *
mlops_row_reader(const MlSignature *signature, MemoryContext context)
{
	MemoryContext caller = MemoryContextSwitchTo(context);
	MlopsRowReader *reader = palloc0(sizeof(MlopsRowReader));
	int			n = Max(signature->n_features, 1);
	int			i;

	reader->signature = signature;
	reader->row_context = AllocSetContextCreate(context, "mlops row", ALLOCSET_DEFAULT_SIZES);
	reader->map_context = AllocSetContextCreate(context, "mlops row map", ALLOCSET_SMALL_SIZES);
	reader->zone = mlops_converter_zone(signature->time_zone);
	reader->values = palloc0(sizeof(MlValue) * n);
	reader->converters = palloc0(sizeof(MlopsConverter) * n);
	reader->not_number = -1;
	for (i = 0; i < signature->n_features; i++)
	{
		const MlFeature *feature = &signature->features[i];

		reader->converters[i].column = feature->name;
		reader->converters[i].type = feature->type;
		reader->converters[i].nan_is_missing = signature->nan_is_missing;
		reader->converters[i].zone = reader->zone;
		if (reader->not_number < 0 && ml_type_kind(feature->type) != ML_KIND_NUMBER)
			reader->not_number = i;
	}
	fmgr_info_cxt(F_ARRAY_IN, &reader->array_in, context);
	MemoryContextSwitchTo(caller);
	return reader;
}

/* Free what the last row left and allocate there until finish_row(). */
static MemoryContext
begin_row(MlopsRowReader *reader)
{
	MemoryContextReset(reader->row_context);
	return MemoryContextSwitchTo(reader->row_context);
}

static void
finish_row(MlopsRowReader *reader, MemoryContext caller, double *inputs)
{
	if (inputs != NULL)
		ml_signature_encode(reader->signature, reader->values, inputs);
	MemoryContextSwitchTo(caller);
}

const MlValue *
mlops_row_values(const MlopsRowReader *reader)
{
	return reader->values;
}

char *
mlops_value_text(MlType type, const MlValue *value)
{
	char		number[ML_NUMBER_TEXT];
	char	   *text;

	if (value->missing)
		return NULL;
	if (ml_type_kind(type) == ML_KIND_NUMBER)
	{
		ml_number_text(type, value->number, number, sizeof(number));
		return pstrdup(number);
	}
	if (ml_type_kind(type) == ML_KIND_CATEGORY)
	{
		text = pnstrdup(value->text, value->length);
		return pg_any_to_server(text, value->length, PG_UTF8);
	}
	if (type == ML_DATE)
		return DatumGetCString(DirectFunctionCall1(date_out,
												   DateADTGetDatum((DateADT) floor(value->number / USECS_PER_DAY))));
	return DatumGetCString(DirectFunctionCall1(timestamp_out, TimestampGetDatum((Timestamp) value->number)));
}

/* ----------------------------------------------------------- composite rows */

/* "f1, f2, ..." of a row without column names of its own; NULL for others. */
static char *
anonymous_names(TupleDesc desc)
{
	StringInfoData names;
	int			i;

	if (desc->natts == 0)
		return NULL;
	initStringInfo(&names);
	for (i = 0; i < desc->natts; i++)
	{
		const char *name = NameStr(TupleDescAttr(desc, i)->attname);

		if (strcmp(name, psprintf("f%d", i + 1)) != 0)
			return NULL;
		if (i < 8)
			appendStringInfo(&names, "%s%s", i == 0 ? "" : ", ", name);
	}
	if (desc->natts > 8)
		appendStringInfoString(&names, ", ...");
	return names.data;
}

static void
missing_column(TupleDesc desc, const char *feature)
{
	char	   *names = anonymous_names(desc);

	if (names != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("row has no column \"%s\"", feature),
				 errdetail("The row has columns %s.", names),
				 errhint("ROW(...) gives columns no names: pass a jsonb object, an array of numbers, or a row of a table or subquery.")));
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("row has no column \"%s\"", feature),
			 errdetail("The model was trained with a feature of that name."),
			 errhint("Pass a row that has the column; NULL counts as missing.")));
}

static int
find_attribute(TupleDesc desc, const char *name)
{
	int			i;

	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		if (!attribute->attisdropped && strcmp(NameStr(attribute->attname), name) == 0)
			return i;
	}
	missing_column(desc, name);
	return -1;
}

/* Build the map for a row type; on error there is no map. */
static void
make_map(MlopsRowReader *reader, Oid given, int32 typmod)
{
	const MlSignature *signature = reader->signature;
	RowMap	   *map = &reader->map;
	MemoryContext caller;
	TupleDesc	desc;
	int			n = Max(signature->n_features, 1);
	int			i;

	map->given = InvalidOid;
	MemoryContextReset(reader->map_context);
	caller = MemoryContextSwitchTo(reader->map_context);

	desc = lookup_rowtype_tupdesc_domain(given, typmod, false);
	map->desc = CreateTupleDescCopyConstr(desc);
	ReleaseTupleDesc(desc);
	map->type = given == RECORDOID ? given : getBaseType(given);
	map->typmod = typmod;
	map->identifier = assign_record_type_identifier(map->type, typmod);
	map->attribute = palloc(sizeof(int) * n);
	map->converters = palloc0(sizeof(MlopsConverter) * n);
	map->datums = palloc(sizeof(Datum) * Max(map->desc->natts, 1));
	map->nulls = palloc(sizeof(bool) * Max(map->desc->natts, 1));
	for (i = 0; i < signature->n_features; i++)
	{
		const MlFeature *feature = &signature->features[i];
		int			attribute = find_attribute(map->desc, feature->name);

		map->attribute[i] = attribute;
		mlops_converter_init(&map->converters[i], feature->name,
							 TupleDescAttr(map->desc, attribute)->atttypid,
							 feature->type, signature->nan_is_missing, reader->zone);
	}
	map->given = given;
	MemoryContextSwitchTo(caller);
}

static inline bool
map_fits(const RowMap *map, Oid given, int32 typmod)
{
	return map->given == given && map->typmod == typmod &&
		map->identifier == assign_record_type_identifier(map->type, typmod);
}

void
mlops_row_from_record(MlopsRowReader *reader, HeapTupleHeader row, double *inputs)
{
	Oid			given = HeapTupleHeaderGetTypeId(row);
	int32		typmod = HeapTupleHeaderGetTypMod(row);
	MemoryContext caller = begin_row(reader);
	RowMap	   *map = &reader->map;
	HeapTupleData tuple;
	int			i;

	if (!map_fits(map, given, typmod))
		make_map(reader, given, typmod);

	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = row;
	heap_deform_tuple(&tuple, map->desc, map->datums, map->nulls);
	for (i = 0; i < reader->signature->n_features; i++)
	{
		int			attribute = map->attribute[i];

		mlops_convert(&map->converters[i], map->datums[attribute], map->nulls[attribute],
					  &reader->values[i]);
	}
	finish_row(reader, caller, inputs);
}

/* --------------------------------------------------------------------- JSON */

static const char *
json_type_name(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvString:
			return "a string";
		case jbvNumeric:
			return "a number";
		case jbvBool:
			return "a boolean";
		default:
			return "an object or array";
	}
}

static void
wrong_json_type(const MlopsConverter *converter, const JsonbValue *value)
{
	const char *wanted;

	if (converter->type == ML_BOOLEAN)
		wanted = "true or false";
	else if (ml_type_kind(converter->type) == ML_KIND_NUMBER)
		wanted = "a number without quotes";
	else
		wanted = "a string in quotes";
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("key \"%s\" holds %s but the feature is of type %s", converter->column,
					json_type_name(value), ml_type_name(converter->type)),
			 errhint("Write %s, or null when it is missing.", wanted)));
}

static void
convert_json(const MlopsConverter *converter, const JsonbValue *json, MlValue *value)
{
	MlKind		kind = ml_type_kind(converter->type);

	value->missing = json->type == jbvNull;
	if (value->missing)
		return;
	if (json->type == jbvBool && converter->type == ML_BOOLEAN)
		value->number = json->val.boolean ? 1.0 : 0.0;
	else if (json->type == jbvNumeric && kind == ML_KIND_NUMBER && converter->type != ML_BOOLEAN)
		mlops_convert_numeric(converter, json->val.numeric, value);
	else if (json->type == jbvString && kind == ML_KIND_CATEGORY)
		mlops_convert_text(converter, json->val.string.val, json->val.string.len, value);
	else if (json->type == jbvString && kind == ML_KIND_TIME)
		mlops_convert_time(converter, pnstrdup(json->val.string.val, json->val.string.len), value);
	else
		wrong_json_type(converter, json);
}

static void
take_object(MlopsRowReader *reader, JsonbContainer *object)
{
	int			i;

	for (i = 0; i < reader->signature->n_features; i++)
	{
		const MlopsConverter *converter = &reader->converters[i];
		JsonbValue	value;

		if (getKeyJsonValueFromContainer(object, converter->column, strlen(converter->column),
										 &value) == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("JSON object has no key \"%s\"", converter->column),
					 errhint("A missing value is written as null: {\"%s\": null}.", converter->column)));
		convert_json(converter, &value, &reader->values[i]);
	}
}

/* ------------------------------------------------------------------- arrays */

/* An array fits when every feature is a number and there is one for each. */
static void
check_array(const MlopsRowReader *reader, int length)
{
	const MlSignature *signature = reader->signature;

	if (reader->not_number >= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an array of numbers cannot hold feature \"%s\" of type %s",
						signature->features[reader->not_number].name,
						ml_type_name(signature->features[reader->not_number].type)),
				 errhint("Pass a row or a jsonb object.")));
	if (length != signature->n_features)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("array has %d elements but the model has %d features", length,
						signature->n_features),
				 errdetail("The first feature is \"%s\", the last is \"%s\".",
						   signature->features[0].name,
						   signature->features[signature->n_features - 1].name)));
}

static void
take_array(MlopsRowReader *reader, ArrayType *row)
{
	Datum	   *elements;
	bool	   *nulls;
	int			n;
	int			i;

	if (ARR_NDIM(row) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("array has %d dimensions, not one", ARR_NDIM(row))));
	deconstruct_array(row, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &elements, &nulls, &n);
	check_array(reader, n);
	for (i = 0; i < n; i++)
	{
		reader->values[i].missing = nulls[i];
		if (!nulls[i])
			mlops_convert_double(&reader->converters[i], DatumGetFloat8(elements[i]),
								 &reader->values[i]);
	}
}

/* Numbers keep the digits they are written with, as in a JSON object. */
static void
take_json_array(MlopsRowReader *reader, JsonbContainer *array)
{
	int			n = JsonContainerSize(array);
	int			i;

	check_array(reader, n);
	for (i = 0; i < n; i++)
	{
		const MlopsConverter *converter = &reader->converters[i];
		JsonbValue *json = getIthJsonbValueFromContainer(array, i);

		if (json->type == jbvNumeric)
			mlops_convert_numeric(converter, json->val.numeric, &reader->values[i]);
		else
			convert_json(converter, json, &reader->values[i]);
	}
}

static void
take_jsonb(MlopsRowReader *reader, JsonbContainer *root)
{
	if (JsonContainerIsObject(root))
		take_object(reader, root);
	else if (JsonContainerIsArray(root) && !JsonContainerIsScalar(root))
		take_json_array(reader, root);
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("features must be a JSON object or array, not a single value"),
				 errhint("Write an object with a key for each feature, or an array of numbers.")));
}

void
mlops_row_from_jsonb(MlopsRowReader *reader, Jsonb *row, double *inputs)
{
	MemoryContext caller = begin_row(reader);

	take_jsonb(reader, &row->root);
	finish_row(reader, caller, inputs);
}

void
mlops_row_from_array(MlopsRowReader *reader, ArrayType *row, double *inputs)
{
	MemoryContext caller = begin_row(reader);

	take_array(reader, row);
	finish_row(reader, caller, inputs);
}

/* --------------------------------------------------------------------- text */

static const char *
skip_space(const char *text)
{
	while (scanner_isspace(*text))
		text++;
	return text;
}

void
mlops_row_from_text(MlopsRowReader *reader, const char *row, double *inputs)
{
	MemoryContext caller = begin_row(reader);
	const char *start = skip_space(row);
	char		second = *start == '\0' ? '\0' : *skip_space(start + 1);

	if (*start == '[' || (*start == '{' && (second == '"' || second == '}')))
	{
		Datum		json = DirectFunctionCall1(jsonb_in, CStringGetDatum(start));

		take_jsonb(reader, &DatumGetJsonbP(json)->root);
	}
	else if (*start == '{')
	{
		Datum		array = InputFunctionCall(&reader->array_in, (char *) start, FLOAT8OID, -1);

		take_array(reader, DatumGetArrayTypeP(array));
	}
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("features given as text are neither JSON nor an array"),
				 errhint("Write a JSON object such as '{\"%s\": ...}', or numbers such as '[1, 2]' or '{1,2}'.",
						 reader->signature->features[0].name)));
	finish_row(reader, caller, inputs);
}
