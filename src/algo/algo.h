/*
 * algo/algo.h
 *		The table of all algorithms. Adding one touches its own file pair and
 *		one row of ml_algorithms[] in algo.c.
 *
 * The option parser, its error messages, the view mlops.algorithms and the
 * parameter pages in docs/ all come from the parameter tables below.
 */
#ifndef ML_ALGO_ALGO_H
#define ML_ALGO_ALGO_H

#include "base/bytes.h"
#include "prep/signature.h"
#include "prep/target.h"
#include "stats/metrics.h"

typedef enum MlParameterKind
{
	ML_PARAM_NUMBER,
	ML_PARAM_INTEGER,
	ML_PARAM_CHOICE,					/* one of some names */
	ML_PARAM_COLUMN_MAP,				/* a whole number for each of some features */
	ML_PARAM_CLASS_MAP,				/* a number for each of some classes, or a name */
	ML_PARAM_COLUMN						/* the name of one feature that is a number */
} MlParameterKind;

typedef struct MlParameter
{
	const char *name;
	const char *aliases;		/* comma-separated names of other libraries, or "" */
	MlParameterKind kind;
	double		initial;		/* default; of a choice its number; of maps and columns 0, as they
								 * have none */
	double		minimum;		/* of the number, or of the numbers of a map */
	double		maximum;
	const char *text;			/* one line for people */
	/*
	 * Comma-separated names, which count from 0; behind each, with "=" before
	 * them, those that other libraries have for it. NULL for a map without. A
	 * number may have them, too: its value is then -1, -2, ...
	 */
	const char *choices;
} MlParameter;

/* One member of an option that is an object. */
typedef struct MlOptionMember
{
	const char *name;
	double		value;
} MlOptionMember;

/* One option as the user gave it: a number unless text or members are there. */
typedef struct MlOption
{
	const char *name;
	double		value;
	const char *text;
	const MlOptionMember *members;	/* (n_members), not NULL for an object without any */
	int			n_members;
} MlOption;

#define ML_MAX_PARAMETERS 32

/* Numbers that a model of a task with a target, or of anomalies, gives for a row. */
static inline int
ml_n_outputs(int n_classes)
{
	return n_classes > 2 ? n_classes : 1;
}

/* Arrays of an MlFitInput that are kept elsewhere as well; NULL once they are gone. */
typedef struct MlSpare
{
	double	   *y;
	uint64_t   *identity;
} MlSpare;

/* What fit() learns from. Rows are indexes into frame and y. */
typedef struct MlFitInput
{
	const MlSignature *signature;
	const MlFrame *frame;		/* all inputs pinned, unless the algorithm does that itself */
	MlTask		task;
	int			n_classes;
	const char *const *labels;	/* (n_classes) */
	const char *target;			/* name of the target column */
	const double *y;			/* (frame->n_rows) value, or class number */
	const double *weight;		/* (frame->n_rows) above 0, or NULL */
	const uint64_t *identity;	/* (frame->n_rows) row hashes, for sampling */
	const uint32_t *rows;		/* (n_rows) to fit on */
	int64_t		n_rows;
	const uint32_t *validation; /* (n_validation) for early stopping; may be none */
	int64_t		n_validation;
	uint64_t	seed;
	const double *parameters;	/* in the order of the algorithm's table */
	const MlOption *options;	/* (n_options) what was given, where maps are */
	int			n_options;
	const void *start;			/* model of the same algorithm, signature and classes to go on
								 * from, or NULL */
	MlSpare    *spare;			/* what of the above may go, or NULL */
	const struct MlPasses *passes;	/* statistics of all rows, of which those above are some; NULL:
								 * those above are all (passes.h) */
} MlFitInput;

/*
 * Says that y and identity are not needed any more: an algorithm that copies
 * them makes room for what it works with. They are gone then if they are spare.
 */
extern void ml_fit_input_release(MlEnv *env, const MlFitInput *input);

/* Losses after one iteration; NaN where there is none. */
typedef struct MlCurvePoint
{
	int			iteration;		/* from 1 */
	double		train_loss;
	double		validation_loss;
} MlCurvePoint;

typedef struct MlFitted
{
	void	   *model;			/* the algorithm's own structure */
	int			iterations;		/* that the model holds */
	int			trees;			/* 0: it is not made of trees */
	int			members;		/* processes that took part; 0 where one is all that ever do */
	double		train_loss;		/* mean log loss or mean squared error */
	int			n_curve;
	MlCurvePoint *curve;		/* (n_curve), or NULL */
	double	   *out_of_bag;		/* (n_rows, ml_n_outputs()) predictions for input->rows by those
								 * parts of the model that did not learn from the row, NaN where
								 * there are none; or NULL */
	const struct MlInference *inference;	/* what is known of its coefficients, or NULL */
} MlFitted;

/* What the splits on one input were worth, over all trees of a model. */
typedef struct MlImportance
{
	double		gain;			/* sum of their gains */
	double		cover;			/* sum of the training rows that came to them */
	int64_t		splits;
} MlImportance;

struct MlRules;
typedef struct MlExplainer MlExplainer;
struct MlInference;
struct MlVectors;

/* Rows that a model is judged on by what they are, without any target. */
typedef struct MlMeasured
{
	const MlFrame *frame;
	const uint32_t *rows;		/* (n_rows) ascending */
	int64_t		n_rows;			/* at least 1 */
	const double *weight;		/* (frame->n_rows) above 0, or NULL */
	const uint64_t *identity;	/* (frame->n_rows) row hashes, for sampling */
} MlMeasured;

typedef struct MlAlgorithm
{
	const char *name;
	const char *title;			/* one line for people */
	unsigned	tasks;			/* bit (1 << MlTask) per task */
	int			max_classes;	/* of a classification; 0 when it does none */
	bool		uses_validation;	/* stops early on validation rows */
	bool		continues;		/* fit() can start from a model */
	bool		takes_passes;	/* fit() can do with passes instead of rows */
	bool		pins_inputs;	/* pins inputs or takes slices: needs no whole frame in memory */
	const MlParameter *parameters;
	int			n_parameters;

	MlStatus	(*fit) (MlEnv *env, const MlFitInput *input, MlFitted *fitted); /* zeroed */
	/* A helper's part of a fit whose leader asked for a team; NULL where none does. */
	MlStatus	(*help) (MlEnv *env);
	/* Numbers that a model gives for a row; NULL: ml_n_outputs() of its classes */
	int			(*n_outputs) (const void *model);
	/*
	 * outputs (n_rows, number of outputs) of the rows in inputs (n_rows,
	 * n_inputs): the value for regression, the anomaly score, the probability
	 * of labels[1] for two classes, that of every class for more; the distance
	 * to each centre for clustering, the value of each component for
	 * decomposition. Pure: no allocation, no
	 * failure; the bits of a row do not depend on the rows beside it.
	 */
	void		(*predict) (const void *model, const MlSignature *signature,
							const double *inputs, int n_rows, double *outputs);
	MlStatus	(*encode) (const void *model, MlWriter *writer);
	/*
	 * A model that may point into the reader's bytes. Everything that
	 * predict() will follow is checked against the signature: counts, indexes,
	 * finite numbers, trees without cycles. Damage is ML_CORRUPT. Bytes in
	 * every format up to ML_FORMAT are understood (reader->format).
	 */
	MlStatus	(*decode) (MlEnv *env, MlReader *reader, const MlSignature *signature,
						   MlTask task, int n_classes, void **model);
	/* Adds that of a model to importance (n_inputs); NULL: not made of trees */
	MlStatus	(*importance) (MlEnv *env, const void *model, MlImportance *inputs);
	/*
	 * Fills an explainer (explain.h) of an output, whose environment and
	 * signature are there; NULL: it is asked for predictions.
	 */
	MlStatus	(*explain) (MlEnv *env, const void *model, int output, MlExplainer *explainer);
	/* How predictions of a fit with these parameters are judged, where that
	 * is not as for others of the task; NULL: never */
	void		(*judged_by) (const double *parameters, MlYardstick *yardstick);
	/* The default of a parameter for a task, given that of the table; NULL: that holds */
	double		(*task_default) (MlTask task, int parameter, double initial);
	/* The leaves of a tree, from 1 (rules.h); NULL: not made of such trees */
	MlStatus	(*rules) (MlEnv *env, const void *model, int tree, struct MlRules *rules);
	/*
	 * The coefficients (inference.h) with their errors, or the reason why there
	 * are none; NULL: it has no coefficients
	 */
	MlStatus	(*coefficients) (MlEnv *env, const void *model, const MlSignature *signature,
								 const struct MlInference **inference);
	/*
	 * How good the model is on some rows; n_metrics at most ML_MAX_METRICS.
	 * NULL: judged by its outputs and a target, or by scores
	 */
	MlStatus	(*measure) (MlEnv *env, const void *model, const MlMeasured *measured,
							MlMetric *metrics, int *n_metrics);
	/*
	 * What each row of `measured` takes off that, so that the mean is 1 - the
	 * metric by which versions are compared: loss (n_rows); where measure() is
	 */
	MlStatus	(*losses) (MlEnv *env, const void *model, const MlMeasured *measured, double *loss);
	/* Centres or loadings (vectors.h), zeroed before; NULL: it has none */
	MlStatus	(*vectors) (MlEnv *env, const void *model, struct MlVectors *vectors);
} MlAlgorithm;

extern const MlAlgorithm *const ml_algorithms[];
extern const int ml_n_algorithms;

/* NULL when there is none of that name. */
extern const MlAlgorithm *ml_algorithm_find(const char *name);

/*
 * The algorithm for a task: "auto" is isolation_forest for anomalies, kmeans
 * for clustering, pca for decomposition, else gbt
 * from 500 rows on, below linear or logistic, random_forest for more than two
 * classes. Unknown names and algorithms that do not fit the task or the number
 * of classes (0 when it is not known yet) are
 * ML_INVALID_OPTION with the valid names in the hint.
 */
extern MlStatus ml_algorithm_choose(MlEnv *env, const char *name, MlTask task, int n_classes, int64_t rows,
									const MlAlgorithm **algorithm);

/*
 * The metric that versions are judged and compared by unless another is named:
 * log_loss, rmse or roc_auc (of anomalies, given labels), or what fits the
 * algorithm's objective.
 */
extern MlYardstick ml_yardstick(const MlAlgorithm *algorithm, MlTask task, const double *parameters);

/*
 * Options to values[n_parameters], defaults included: numbers, the number of a
 * choice, -1, -2, ... of one that a number has; for maps that of the name given, or -1, and what they hold is found
 * by ml_parameter_given(); for a column -1 where one is given. Unknown names (hint lists the valid ones), one
 * parameter given twice, also under an alias, a value of the wrong kind, out of
 * range or not a whole number where one is needed: ML_INVALID_OPTION naming the
 * option. Columns and classes in maps are the algorithm's to check.
 */
extern MlStatus ml_parameters_resolve(MlEnv *env, const MlAlgorithm *algorithm,
									  const MlOption *options, int n_options, double *values);

/* Of resolved values those that were not given become the task's own defaults. */
extern void ml_parameters_for_task(const MlAlgorithm *algorithm, MlTask task, const MlOption *options,
								   int n_options, double *values);

/* The option that a parameter was given by, or NULL. */
extern const MlOption *ml_parameter_given(const MlAlgorithm *algorithm, const MlOption *options,
										  int n_options, int parameter);

/*
 * The input that a parameter of kind ML_PARAM_COLUMN names, or -1 without one.
 * ML_INVALID_OPTION, naming parameter and column, when it is no feature or not
 * a number; ML_INVALID_DATA when some rows to learn from do not have it.
 */
extern MlStatus ml_parameter_column(MlEnv *env, const MlAlgorithm *algorithm, const MlFitInput *input,
									int parameter, int *column);

/* The name of a choice by its number, in a buffer of ML_CHOICE_NAME bytes. */
#define ML_CHOICE_NAME 32
extern const char *ml_choice_name(const MlParameter *parameter, int choice, char *name);

/* All names of a choice, or those beside the members of a map, comma-separated. */
extern void ml_choice_names(const MlParameter *parameter, char *names, size_t size);

/* "number", "integer", "choice", "columns", "classes", "column" */
extern const char *ml_parameter_type(const MlParameter *parameter);

/* Index of a parameter by its own name or one of its aliases, or -1. */
extern int	ml_parameter_find(const MlAlgorithm *algorithm, const char *name);

/* Index of a parameter in the algorithm's table by its own name; it must exist. */
extern int	ml_parameter_index(const MlAlgorithm *algorithm, const char *name);

#endif							/* ML_ALGO_ALGO_H */
