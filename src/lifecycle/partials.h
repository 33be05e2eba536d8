/*
 * lifecycle/partials.h
 *		Training without gathering the rows: passes of queries over the source
 *		that PostgreSQL may run in parallel give the statistics to learn from.
 *
 * Read are only the rows that judge the version and a sample of those learnt
 * from, which everything but the fit itself looks at: which columns become
 * features, warnings, metrics, profiles.
 */
#ifndef MLOPS_LIFECYCLE_PARTIALS_H
#define MLOPS_LIFECYCLE_PARTIALS_H

#include "postgres.h"

#include "algo/passes.h"
#include "data/pass.h"
#include "lifecycle/dataset.h"

/* Rows of the training side that are read, about. */
#define MLOPS_PARTIALS_SAMPLE 50000

typedef struct MlopsPartials
{
	MlopsSource *source;		/* open until the fit is done */
	const char *schema;			/* of the extension */
	int			target;			/* columns of the source; -1: no weight */
	int			weight;
	int			n_identity;
	int		   *identity;
	bool		nan_is_missing;
	uint64		seed;
	int			n_classes;		/* 0 for regression */
	char	  **labels;			/* (n_classes) */
	int64		class_rows[ML_MAX_CLASSES]; /* usable; [0] for regression */
	int64		n_usable;		/* rows with a target and a weight */
	int64		n_learnt;		/* of them not held out */
	double		below[ML_MAX_CLASSES];	/* held out */
	double		total_weight;	/* of the rows learnt from, once they were passed over, ... */
	double		target_mean;	/* ... the weighted mean of their target, ... */
	double		target_least;
	double		log_weights;	/* ... and the sum of the logarithms of their weights */
	const MlSignature *signature;	/* of the version, once it is known */
	MlPasses	passes;
} MlopsPartials;

/*
 * Count rows, and find a share of positions that is sure to have all rows to
 * hold out. Refused are algorithms and split methods that passes cannot serve,
 * sources without a primary key or split key, volatile queries, and few rows.
 */
extern MlopsPartials *mlops_partials_begin(MlEnv *env, const MlopsTrainRequest *request,
										   const MlopsPreparation *preparation, MlopsSource *source,
										   int target, int weight, int split_key);

/* What the target says in the rows that were read, by what it says in all. */
extern void mlops_partials_target(MlEnv *env, const MlopsPartials *partials, const MlTable *table, int column,
								  const char *positive, MlTarget *target);

/* The pass that reads the rows above. */
extern const MlopsPass *mlops_partials_chosen(MlEnv *env, const MlopsPartials *partials);

/* The split of the rows that were read, by the thresholds that all rows give. */
extern void mlops_partials_split(MlEnv *env, MlopsDataset *dataset);

/* Levels, means and deviations, from passes over all rows to learn from. */
extern void mlops_partials_signature(MlEnv *env, const MlopsDataset *dataset, int max_categories,
									 const char *time_zone, MlSignature *signature);

/* What the fit asks, once the signature stands. */
extern const MlPasses *mlops_partials_passes(MlopsPartials *partials, const MlSignature *signature);

#endif							/* MLOPS_LIFECYCLE_PARTIALS_H */
