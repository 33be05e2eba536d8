/*
 * lifecycle/profile.h
 *		Profiles of columns: made when a version is trained, stored as jsonb
 *		in mlops.feature, compared when drift is asked for.
 */
#ifndef MLOPS_LIFECYCLE_PROFILE_H
#define MLOPS_LIFECYCLE_PROFILE_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "artifact/model.h"
#include "prep/table.h"
#include "stats/profile.h"

typedef struct MlopsProfile
{
	bool		category;
	MlNumberProfile number;
	MlCategoryProfile counts;	/* categories */
	const char *levels[ML_PROFILE_LEVELS];	/* (counts.n_levels) their labels */
} MlopsProfile;

/* "number", "category" or "time". */
extern const char *mlops_kind_name(MlType type);

/* Profile of the given rows of a column, with cuts and levels of its own. */
extern void mlops_profile_column(MlEnv *env, const MlTable *table, int index, const uint32_t *rows,
								 int64_t n_rows, MlopsProfile *profile);

/* Counts of all rows of a column on the cuts or levels of a reference. */
extern void mlops_profile_column_on(MlEnv *env, const MlopsProfile *reference,
									const MlTable *table, int index, MlopsProfile *profile);

/*
 * Profile of the predictions of a model, from its outputs of n rows: numbers,
 * or, of more than two classes, labels as a category; and on a reference.
 */
extern void mlops_profile_predictions(MlEnv *env, const MlModel *model, const double *outputs,
									  int64_t n, MlopsProfile *profile);
extern void mlops_profile_predictions_on(MlEnv *env, const MlopsProfile *reference,
										 const MlModel *model, const double *outputs, int64_t n,
										 MlopsProfile *profile);

/* Profile of plain numbers; and on a reference. */
extern void mlops_profile_numbers(MlEnv *env, const double *values, int64_t n, MlopsProfile *profile);
extern void mlops_profile_numbers_on(MlEnv *env, const MlopsProfile *reference,
									 const double *values, int64_t n, MlopsProfile *profile);

extern Jsonb *mlops_profile_to_json(const MlopsProfile *profile);
/* Error XX001 when the stored object is not a profile. */
extern void mlops_profile_from_json(Jsonb *object, MlopsProfile *profile);

#endif							/* MLOPS_LIFECYCLE_PROFILE_H */
