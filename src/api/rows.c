/*
 * api/rows.c
 *		Rows that an aggregate is given as float8[], with what it puts around
 *		them.
 */
#include "api/rows.h"

#include <math.h>

static void
refuse_number(double value, const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("%s is %s", name, isnan(value) ? "NaN" : "infinite"),
			 errhint("Leave such rows out with FILTER (WHERE ...).")));
}

double
mlops_row_number(double value, const char *name)
{
	if (!isfinite(value))
		refuse_number(value, name);
	return value;
}

bool
mlops_row_begin(MlopsRow *row, ArrayType *array, int before, int after)
{
	const double *numbers = (const double *) ARR_DATA_PTR(array);
	int			n;
	int			i;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("x has %d dimensions, not one", ARR_NDIM(array))));
	if (array_contains_nulls(array))
		return false;
	n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	row->n = before + n + after;
	row->before = before;
	row->after = after;
	row->values = row->n <= MLOPS_ROW_ROOM ? row->room : palloc(sizeof(double) * row->n);
	for (i = 0; i < n; i++)
	{
		if (!isfinite(numbers[i]))
			refuse_number(numbers[i], psprintf("element %d of x", i + 1));
		row->values[before + i] = numbers[i];
	}
	return true;
}

void
mlops_row_check_width(const MlopsRow *row, int n_columns)
{
	int			others = row->before + row->after;

	if (row->n != n_columns)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("x has %d elements, but %d in rows before it", row->n - others, n_columns - others)));
}
