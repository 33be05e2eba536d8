/*
 * api/features.c
 *		The argument `features` of functions that look at one row.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "api/features.h"

void
mlops_features_read(FunctionCallInfo fcinfo, MlopsRowReader *reader, MlopsRowForm form, double *inputs)
{
	switch (form)
	{
		case MLOPS_FORM_RECORD:
			mlops_row_from_record(reader, PG_GETARG_HEAPTUPLEHEADER(1), inputs);
			break;
		case MLOPS_FORM_JSONB:
			mlops_row_from_jsonb(reader, PG_GETARG_JSONB_P(1), inputs);
			break;
		case MLOPS_FORM_ARRAY:
			mlops_row_from_array(reader, PG_GETARG_ARRAYTYPE_P(1), inputs);
			break;
		case MLOPS_FORM_TEXT:
			mlops_row_from_text(reader, text_to_cstring(PG_GETARG_TEXT_PP(1)), inputs);
			break;
	}
}
