/*
 * prep/label.h
 *		The text of a number, as value::text shows it.
 */
#ifndef ML_PREP_LABEL_H
#define ML_PREP_LABEL_H

#include <stddef.h>

#include "prep/value.h"

#define ML_NUMBER_TEXT	64		/* room for any number's text */

/*
 * "true" and "false", integers without point, the shortest text of real and
 * double precision; numeric without its trailing zeros.
 */
extern void ml_number_text(MlType type, double value, char *text, size_t size);

#endif							/* ML_PREP_LABEL_H */
