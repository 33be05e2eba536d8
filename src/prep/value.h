/*
 * prep/value.h
 *		The types that a feature can have, and one value of it.
 *
 * Values reach the border already converted to the feature's training type:
 *		numbers			a double (real already rounded to real, boolean 0 or 1)
 *		text-like		UTF-8 bytes (char(n) without padding, enum label, uuid text)
 *		date, timestamps	microseconds since 2000-01-01 00:00 local time, as a
 *						double; timestamptz in the time zone of the version
 */
#ifndef ML_PREP_VALUE_H
#define ML_PREP_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The numbers are stored in artifacts: never renumber. */
typedef enum MlType
{
	ML_BOOLEAN = 1,
	ML_SMALLINT = 2,
	ML_INTEGER = 3,
	ML_BIGINT = 4,
	ML_REAL = 5,
	ML_DOUBLE = 6,
	ML_NUMERIC = 7,
	ML_TEXT = 8,
	ML_VARCHAR = 9,
	ML_CHAR = 10,
	ML_ENUM = 11,
	ML_UUID = 12,
	ML_DATE = 13,
	ML_TIMESTAMP = 14,
	ML_TIMESTAMPTZ = 15
} MlType;

/* How a type is treated. */
typedef enum MlKind
{
	ML_KIND_NUMBER,
	ML_KIND_CATEGORY,
	ML_KIND_TIME
} MlKind;

static inline MlKind
ml_type_kind(MlType type)
{
	if (type <= ML_NUMERIC)
		return ML_KIND_NUMBER;
	if (type <= ML_UUID)
		return ML_KIND_CATEGORY;
	return ML_KIND_TIME;
}

static inline bool
ml_type_is_integer(MlType type)
{
	return type >= ML_SMALLINT && type <= ML_BIGINT;
}

/* The SQL name of a type, such as "double precision"; NULL for no such type. */
extern const char *ml_type_name(MlType type);

typedef struct MlValue
{
	bool		missing;
	double		number;			/* numbers and times */
	const char *text;			/* categories: UTF-8, not terminated */
	size_t		length;
} MlValue;

#endif							/* ML_PREP_VALUE_H */
