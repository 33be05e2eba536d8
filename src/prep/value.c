/*
 * prep/value.c
 *		Names of the types that a feature can have.
 */
#include "prep/value.h"

const char *
ml_type_name(MlType type)
{
	switch (type)
	{
		case ML_BOOLEAN:
			return "boolean";
		case ML_SMALLINT:
			return "smallint";
		case ML_INTEGER:
			return "integer";
		case ML_BIGINT:
			return "bigint";
		case ML_REAL:
			return "real";
		case ML_DOUBLE:
			return "double precision";
		case ML_NUMERIC:
			return "numeric";
		case ML_TEXT:
			return "text";
		case ML_VARCHAR:
			return "character varying";
		case ML_CHAR:
			return "character";
		case ML_ENUM:
			return "enum";
		case ML_UUID:
			return "uuid";
		case ML_DATE:
			return "date";
		case ML_TIMESTAMP:
			return "timestamp without time zone";
		case ML_TIMESTAMPTZ:
			return "timestamp with time zone";
	}
	return NULL;
}
