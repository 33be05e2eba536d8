/*
 * prep/label.c
 *		The text of a number, as value::text shows it.
 *
 * For real and double precision that is the shortest text that reads back as
 * the same number, laid out as PostgreSQL does since version 12: with an
 * exponent below 1e-04 and from 1e+15 (real: 1e+06) on.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prep/label.h"

static bool
reads_back(MlType type, const char *text, double value)
{
	if (type == ML_REAL)
		return strtof(text, NULL) == (float) value;
	return strtod(text, NULL) == value;
}

void
ml_number_text(MlType type, double value, char *text, size_t size)
{
	int			most = type == ML_REAL ? 6 : type == ML_NUMERIC ? 17 : 15;
	int			least = type == ML_NUMERIC ? -20 : -4;
	int			digits;
	int			exponent;

	if (type == ML_BOOLEAN)
	{
		snprintf(text, size, "%s", value != 0 ? "true" : "false");
		return;
	}
	value += 0.0;				/* -0 becomes 0 */
	if (ml_type_is_integer(type) || !isfinite(value))
	{
		snprintf(text, size, "%.0f", value);
		return;
	}
	for (digits = 1; digits < 17; digits++)
	{
		snprintf(text, size, "%.*e", digits - 1, value);
		if (reads_back(type, text, value))
			break;
	}
	snprintf(text, size, "%.*e", digits - 1, value);
	exponent = (int) strtol(strchr(text, 'e') + 1, NULL, 10);
	if (exponent >= least && exponent < most)
		snprintf(text, size, "%.*f", digits - 1 > exponent ? digits - 1 - exponent : 0, value);
}
