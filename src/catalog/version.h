/*
 * catalog/version.h
 *		Versions with everything that is stored beside them, and aliases.
 */
#ifndef MLOPS_CATALOG_VERSION_H
#define MLOPS_CATALOG_VERSION_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/jsonb.h"

#include "catalog/model.h"
#include "stats/metrics.h"

/* A row of mlops.version. */
typedef struct MlopsVersion
{
	const char *model;
	int			version;
	uint8		digest[MLOPS_DIGEST_LENGTH];
	int64		artifact_bytes;
	const char *task;
	const char *algorithm;
	const char *target;
	int			n_classes;
	const char *const *classes;
	int64		rows;
	int64		train_rows;
	int64		holdout_rows;
	const char *metric;
	double		value;			/* NaN is stored as NULL, here and in all rows below */
	double		baseline;
	double		baseline_prediction;	/* for every row, by a model without features; NaN with
									 * more than two classes, which have class_shares */
	Jsonb	   *request;
	Jsonb	   *params;
	Jsonb	   *split;
	int			n_warnings;
	const char *const *warnings;
	const double *class_shares; /* (n_classes) of the rows learnt from; or NULL */
	const double *confusion;	/* (n_classes, n_classes) actual by predicted rows, of the part
								 * that judges the version; NULL unless more than two */
} MlopsVersion;

/* A row of mlops.metric; names as in stats/metrics.h. */
typedef struct MlopsMetricRow
{
	const char *part;
	const char *class_label;	/* "" unless of one class */
	MlMetric	metric;
} MlopsMetricRow;

/* A row of mlops.feature. */
typedef struct MlopsFeatureRow
{
	const char *role;
	int			position;
	const char *name;
	const char *type;
	const char *kind;
	Jsonb	   *profile;
} MlopsFeatureRow;

/* A row of mlops.run. */
typedef struct MlopsRunRow
{
	const char *kind;
	TimestampTz started_at;
	TimestampTz finished_at;
	Jsonb	   *timings;
	int			iterations;
	double		train_loss;
	int64		seed;
	const char *reason;			/* or NULL */
	bool		deployed;
	const char *decision;
	int			iterations_made;
	int			trees;			/* 0 is stored as NULL */
} MlopsRunRow;

/* A row of mlops.curve: losses[k] belong to iteration first + k. */
typedef struct MlopsCurveRow
{
	int			first;
	int			best;
	int			n_losses;
	const double *train_loss;
	const double *validation_loss;	/* or NULL */
} MlopsCurveRow;

/* 1 + the greatest version of the model, seen with the latest snapshot; under the lock. */
extern int	mlops_version_next(const char *model);

/* Insert the row, its metrics, features and artifact chunks; created_by is the caller. */
extern void mlops_version_insert(const MlopsVersion *version,
								 const MlopsMetricRow *metrics, int n_metrics,
								 const MlopsFeatureRow *features, int n_features,
								 const void *artifact);
extern void mlops_run_insert(const char *model, int version, const MlopsRunRow *run);
extern void mlops_curve_insert(const char *model, int version, const MlopsCurveRow *curve);

/* The stored row, palloc'd; the key comes from mlops_reference_resolve(). */
extern MlopsVersion *mlops_version_load(const char *model, int version);

/* Stored metrics of a version, ordered by part and name; palloc'd. */
extern MlopsMetricRow *mlops_version_metrics(const char *model, int version, int *count);

/* Stored features of a version in order of role and position; palloc'd. */
extern MlopsFeatureRow *mlops_version_features(const char *model, int version, int *count);

/* The greatest version of a model in the latest snapshot, 0 when it has none. */
extern int	mlops_version_greatest(const char *model);

/*
 * Error 22023 unless an alias has 1 to 63 bytes, begins with a letter, and
 * holds letters, digits, '_' and '-' only (so that it is never a number).
 */
extern void mlops_alias_check_name(const char *alias);

/* Version behind an alias with the latest snapshot (under the lock); 0 when there is none. */
extern int	mlops_alias_get(const char *model, const char *alias);

/* Move or create an alias; the former version is kept in its history. */
extern void mlops_alias_set(const char *model, const char *alias, int version);

/*
 * Move an alias back to the version before; returns it, 0 when there is
 * nothing to go back to.
 */
extern int	mlops_alias_back(const char *model, const char *alias);

/* Append to the audit log; version 0, alias NULL: absent; detail NULL: '{}'. */
extern void mlops_audit(const char *action, const char *model, int version,
						const char *alias, Jsonb *detail);

/* One row of mlops.drift_result. */
typedef struct MlopsDriftRow
{
	const char *feature;
	const char *kind;
	const char *measure;
	double		value;			/* NaN: NULL, as the next two */
	double		threshold;
	double		p_value;
	int64		n_reference;
	int64		n_current;
	int			drifted;		/* 0, 1; negative: NULL */
	const char *reason;			/* or NULL */
} MlopsDriftRow;

extern void mlops_drift_insert(const char *model, int version, const char *source,
							   const MlopsDriftRow *rows, int n_rows);

/* Remove a model with all its versions, aliases, schedules and jobs. */
extern void mlops_model_delete(const char *model);

#endif							/* MLOPS_CATALOG_VERSION_H */
