/*
 * lifecycle/score.h
 *		Applying versions: to one row for the scoring functions, to a table
 *		for everything that judges versions.
 */
#ifndef MLOPS_LIFECYCLE_SCORE_H
#define MLOPS_LIFECYCLE_SCORE_H

#include "postgres.h"

#include "artifact/model.h"
#include "data/row.h"

/* A reference, resolved and ready for rows. */
typedef struct MlopsScorer
{
	const MlModel *model;
	const char *const *labels;	/* (n_classes) in the server's encoding */
	MlopsRowReader *reader;
	double	   *inputs;			/* (n_inputs) of the row being scored */
	double	   *outputs;		/* (ml_model_n_outputs()) */
} MlopsScorer;

/*
 * The scorer of a reference. *slot, NULL at first, keeps it between calls in a
 * child of `context`, such as fn_extra in fn_mcxt. It is resolved again, and
 * the right PREDICT of the current user checked, whenever the reference, the
 * active snapshot, the subtransaction or the user is another one than before;
 * a model of the same digest stays prepared. Direct scans only, no SPI.
 */
extern const MlopsScorer *mlops_scorer(void **slot, MemoryContext context, const text *reference);

/*
 * Error 42809 with the call that is right for the model's task, unless it is one
 * of these (bits 1 << MlTask).
 */
extern void mlops_scorer_require(const MlopsScorer *scorer, unsigned tasks, const text *reference);

/* Outputs of the row that scorer->reader read last, in scorer->inputs, into scorer->outputs. */
static inline const double *
mlops_scorer_predict(const MlopsScorer *scorer)
{
	int32_t		group;

	if (!ml_model_has_groups(scorer->model))
		ml_model_predict(scorer->model, NULL, scorer->inputs, 1, scorer->outputs);
	else
	{
		group = ml_groups_find(&scorer->model->groups, mlops_row_values(scorer->reader));
		ml_model_predict(scorer->model, &group, scorer->inputs, 1, scorer->outputs);
	}
	return scorer->outputs;
}

/* Number of a class by label; error 22023 that lists the classes. */
extern int	mlops_scorer_class(const MlopsScorer *scorer, const text *label);

/*
 * The class that is meant when none is named: the positive one. Of more than
 * two there is none: error 22023 that lists them and shows the call.
 */
extern int	mlops_scorer_positive(const MlopsScorer *scorer, const text *reference);

/* The probability of a class, from outputs. */
static inline double
mlops_scorer_probability(const MlopsScorer *scorer, const double *outputs, int class_number)
{
	if (scorer->model->n_classes > 2)
		return outputs[class_number];
	return class_number == 1 ? outputs[0] : 1.0 - outputs[0];
}

/*
 * The groups of these rows for ml_model_predict(), in `env`; NULL when the
 * model has none.
 */
extern int32_t *mlops_groups_of(MlEnv *env, const MlModel *model, const MlTable *table,
								const uint32_t *rows, int64_t n_rows);

/*
 * out (n_rows, ml_model_n_outputs()): outputs for row rows[i] of the table, or for row
 * i when `rows` is NULL: the same bits as scoring the rows one by one. Obeys
 * interrupts; fails with ereport.
 */
extern void mlops_score_table(MlEnv *env, const MlModel *model, const MlTable *table,
							  const uint32_t *rows, int64_t n_rows, double *out);

#endif							/* MLOPS_LIFECYCLE_SCORE_H */
