/*
 * prep/timeparts.h
 *		Days, months, weekdays and hours of a time.
 *
 * Times are microseconds since 2000-01-01 00:00 in the proleptic Gregorian
 * calendar, as PostgreSQL counts them; years before 1 are fine.
 */
#ifndef ML_PREP_TIMEPARTS_H
#define ML_PREP_TIMEPARTS_H

#include "prep/signature.h"

/* How many parts a type gives: 0 for those that are no time. */
extern int	ml_n_time_parts(MlType type);

/* The part of that number, 0 .. ml_n_time_parts(type) - 1. */
extern MlPart ml_time_part_at(int number);

/* A part of a time; NaN for NaN and for what is no time. */
extern double ml_time_part(double microseconds, MlPart part);

#endif							/* ML_PREP_TIMEPARTS_H */
