/*
 * test_warm_start.c
 *		Boosting that goes on from an earlier model: on the same rows the same
 *		bytes as boosting at once, on others better than before.
 */
#include <math.h>
#include <string.h>

#include "algo/gbt.h"
#include "algo/tree.h"
#include "frame.h"
#include "math/rng.h"
#include "team.h"
#include "unit.h"

/* Two numbers, a category, the weight, the target. */
#define KINDS "nncwy"
#define WIDTH 5
#define ROWS 900

typedef struct Problem
{
	MlEnv	   *env;
	UnitFrame	frame;
	double		parameters[ML_MAX_PARAMETERS];
	uint64_t   *identity;
	MlFitInput	input;
} Problem;

static double
random_number(uint64_t row, uint64_t column)
{
	return ml_hash_uniform(ml_hash_word(row, column));
}

static void
set(Problem *p, const char *name, double value)
{
	p->parameters[ml_parameter_index(&ml_gbt, name)] = value;
}

/* Regression (classes 0) or classes; the last rows follow another rule. */
static void
begin(Problem *p, int n_classes)
{
	double	   *cells;
	int			i;

	memset(p, 0, sizeof(*p));
	p->env = unit_env();
	cells = ml_allocate(p->env, ROWS * WIDTH, sizeof(double));
	p->identity = ml_allocate(p->env, ROWS, sizeof(uint64_t));
	for (i = 0; i < ROWS; i++)
	{
		double	   *row = cells + (size_t) i * WIDTH;
		double		signal;

		row[0] = random_number((uint64_t) i, 1);
		row[1] = random_number((uint64_t) i, 2) < 0.1 ? NAN : floor(20 * random_number((uint64_t) i, 3));
		row[2] = floor(9 * random_number((uint64_t) i, 4));
		row[3] = 0.5 + random_number((uint64_t) i, 5);
		signal = (i < ROWS / 2 ? row[0] : 1 - row[0]) + (row[1] > 7) + sin(5 * row[2]) + random_number((uint64_t) i, 6);
		row[4] = n_classes == 0 ? signal : fmin(n_classes - 1, floor(fabs(signal) * 0.7 * n_classes));
		p->identity[i] = ml_mix64((uint64_t) i);
	}
	unit_frame_of(p->env, cells, ROWS, KINDS, &p->frame);
	unit_fit_input(&p->frame, &ml_gbt, n_classes == 0 ? ML_REGRESSION : ML_CLASSIFICATION,
				   p->parameters, &p->input);
	p->input.n_classes = n_classes;
	p->input.identity = p->identity;
	set(p, "min_rows", 3);
	set(p, "early_stopping", 0);
}

static const MlForest *
fit(Problem *p, const void *start, int trees, int members, MlFitted *fitted)
{
	p->input.start = start;
	set(p, "trees", trees);
	memset(fitted, 0, sizeof(*fitted));
	team_give(p->env, members, "gbt", 4096);
	if (ml_gbt.fit(p->env, &p->input, fitted) != ML_OK)
		unit_ok(false, "fit: %s", p->env->error.message);
	return fitted->model;
}

static bool
same_bytes(Problem *p, const MlForest *a, const MlForest *b)
{
	MlWriter	first;
	MlWriter	second;

	ml_writer_begin(&first, p->env);
	ml_writer_begin(&second, p->env);
	(void) ml_gbt.encode(a, &first);
	(void) ml_gbt.encode(b, &second);
	return first.length == second.length && memcmp(first.data, second.data, first.length) == 0;
}

/* In two or three steps, by one process or several: as at once. */
static void
test_same_rows(int n_classes)
{
	Problem		p;
	MlFitted	at_once;
	MlFitted	fitted;
	MlFitted	continued;
	const MlForest *all;
	const MlForest *first;
	const MlForest *half;

	begin(&p, n_classes);
	all = fit(&p, NULL, 60, 1, &at_once);
	half = fit(&p, NULL, 30, 1, &fitted);
	unit_ok(same_bytes(&p, fit(&p, half, 30, 1, &continued), all), "%d classes: 30 and 30 trees are 60", n_classes);
	unit_ok(continued.iterations == 60 && continued.trees == (int) all->n_trees && continued.train_loss == at_once.train_loss,
			"and so says the result");
	unit_ok(continued.n_curve == 30 && continued.curve[0].iteration == 31 &&
			memcmp(continued.curve, at_once.curve + 30, 30 * sizeof(MlCurvePoint)) == 0,
			"the losses go on where the others ended");
	unit_ok(same_bytes(&p, fit(&p, half, 30, 3, &continued), all) && continued.members == 3, "by a team of three, too");
	first = fit(&p, NULL, 7, 1, &fitted);
	first = fit(&p, first, 40, 1, &fitted);
	unit_ok(same_bytes(&p, fit(&p, first, 13, 1, &continued), all), "three steps");
}

static double
rmse(const Problem *p, const MlForest *forest, int64_t begin, int64_t end)
{
	double		inputs[4];
	double		output;
	double		sum = 0;
	int64_t		row;

	for (row = begin; row < end; row++)
	{
		ml_frame_row(&p->frame.frame, row, inputs);
		ml_gbt.predict(forest, &p->frame.signature, inputs, 1, &output);
		sum += (output - p->frame.y[row]) * (output - p->frame.y[row]);
	}
	return sqrt(sum / (double) (end - begin));
}

/* Learnt on the first half, continued on rows that follow another rule. */
static void
test_other_rows(void)
{
	Problem		p;
	MlFitted	fitted;
	MlFitted	continued;
	const MlForest *first;
	const MlForest *second;

	begin(&p, 0);
	p.input.n_rows = ROWS / 2;
	first = fit(&p, NULL, 40, 1, &fitted);
	p.input.rows += ROWS / 2;
	p.input.n_rows = ROWS / 4;
	second = fit(&p, first, 40, 1, &continued);
	unit_ok(second->n_trees == 80 && memcmp(second->nodes, first->nodes, first->n_nodes * sizeof(MlTreeNode)) == 0,
			"the old trees stand in front");
	unit_ok(rmse(&p, second, ROWS * 3 / 4, ROWS) < 0.9 * rmse(&p, first, ROWS * 3 / 4, ROWS),
			"rows like the new ones are predicted better (%.3f, before %.3f)",
			rmse(&p, second, ROWS * 3 / 4, ROWS), rmse(&p, first, ROWS * 3 / 4, ROWS));
	unit_near(sqrt(continued.train_loss), rmse(&p, second, ROWS / 2, ROWS * 3 / 4), 0.2, "the loss is that of the new rows");
}

/* What is set aside says that no tree of another rule helps: then none is kept. */
static void
test_stops_at_once(void)
{
	Problem		p;
	MlFitted	fitted;
	MlFitted	continued;
	const MlForest *first;
	uint32_t	validation[200];
	int			i;

	begin(&p, 0);
	p.input.n_rows = ROWS / 2;
	first = fit(&p, NULL, 60, 1, &fitted);
	set(&p, "early_stopping", 4);
	p.input.rows += ROWS / 2;
	p.input.n_rows = ROWS / 2;
	for (i = 0; i < 200; i++)
		validation[i] = (uint32_t) i;
	p.input.validation = validation;
	p.input.n_validation = 200;
	unit_ok(same_bytes(&p, fit(&p, first, 50, 1, &continued), first), "the version is the one before");
	unit_ok(continued.iterations == 60 && continued.n_curve == 4 && continued.curve[3].iteration == 64,
			"although trees were tried");
	unit_ok(strstr(unit_warnings(p.env), "no further tree helps") != NULL, "and a warning says so");
}

static void
test_stops_when_asked(void)
{
	Problem		p;
	MlFitted	fitted;
	const MlForest *first;

	begin(&p, 2);
	first = fit(&p, NULL, 5, 1, &fitted);
	p.input.start = first;
	memset(&fitted, 0, sizeof(fitted));
	unit_stop_after(p.env, 3);
	unit_ok(ml_gbt.fit(p.env, &p.input, &fitted) == ML_INTERRUPTED, "it can be stopped");
}

int
main(void)
{
	test_same_rows(0);
	test_same_rows(2);
	test_same_rows(3);
	test_other_rows();
	test_stops_at_once();
	test_stops_when_asked();
	return unit_done();
}
