/*
 * data/convert.h
 *		One value of a column or row as a value of a feature's training type.
 *
 * The converter of a column is chosen once. Sources and single rows use the
 * same ones, so that all spellings of a value agree to the bit. Numbers become
 * each other as PostgreSQL's casts would make them, with one exception: double
 * precision to numeric keeps all its digits, since a numeric feature is held
 * as a double. Text-like types become each other, and dates and timestamps do;
 * between the three families there is no conversion.
 */
#ifndef MLOPS_DATA_CONVERT_H
#define MLOPS_DATA_CONVERT_H

#include "postgres.h"

#include "pgtime.h"
#include "utils/numeric.h"

#include "prep/value.h"

typedef struct MlopsConverter MlopsConverter;

struct MlopsConverter
{
	const char *column;			/* named in errors */
	MlType		type;			/* wanted */
	Oid			base;			/* given: base type of domains */
	bool		nan_is_missing;
	pg_tz	   *zone;			/* of timestamptz */
	void		(*convert) (const MlopsConverter *converter, Datum datum, MlValue *value);
};

/* The feature type of a column type, domains by their base type; 0: none. */
extern MlType mlops_type_of(Oid type);

/*
 * A converter from a column type to a feature type; the name is not copied.
 * Error 42804 naming the column when there is no such conversion.
 */
extern void mlops_converter_init(MlopsConverter *converter, const char *column, Oid from,
								 MlType to, bool nan_is_missing, pg_tz *zone);

/* The zone of that name, NULL for the session's; error 22023 for no such zone. */
extern pg_tz *mlops_converter_zone(const char *name);

/*
 * The second half of a conversion, for values that come without a column:
 * from JSON, arrays. Errors name the converter's column: 22000 for NaN and
 * infinity, 22003 out of range, 22P02 for text that is no value of the type.
 */
extern void mlops_convert_double(const MlopsConverter *converter, double number, MlValue *value);
extern void mlops_convert_numeric(const MlopsConverter *converter, Numeric number, MlValue *value);
extern void mlops_convert_text(const MlopsConverter *converter, const char *text, size_t length,
							   MlValue *value);
/* A date or timestamp in the input syntax of the feature's type. */
extern void mlops_convert_time(const MlopsConverter *converter, const char *text, MlValue *value);

/* What it allocates, and the text of the value, live in the current context. */
static inline void
mlops_convert(const MlopsConverter *converter, Datum datum, bool isnull, MlValue *value)
{
	value->missing = isnull;
	if (!isnull)
		converter->convert(converter, datum, value);
}

#endif							/* MLOPS_DATA_CONVERT_H */
