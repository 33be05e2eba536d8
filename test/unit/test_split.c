/*
 * test_split.c
 *		Sides of rows (prep/split.h).
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "prep/split.h"
#include "rows.h"
#include "unit.h"

/* A table with its target and split, made in one go. */
typedef struct Case
{
	MlEnv	   *env;
	MlTable    *table;
	MlTarget	target;
	MlSplitOptions options;
	int			identity[8];
	MlSplit		split;
} Case;

/* Target is the column y, identity the column id; else the content of all. */
static Case
begin(const char *columns)
{
	Case		c;
	int			i;

	memset(&c, 0, sizeof(c));
	c.env = unit_env();
	c.table = unit_table(c.env, columns);
	ml_split_defaults(&c.options);
	c.options.seed = 7;
	c.identity[0] = ml_table_find(c.table, "id");
	c.options.n_identity = 1;
	if (c.identity[0] < 0)
	{
		for (i = 0; i < c.table->n_columns; i++)
			c.identity[i] = i;
		c.options.n_identity = i;
		c.options.by_content = true;
	}
	return c;
}

static MlStatus
make(Case *c)
{
	c->options.identity = c->identity;
	ML_TRY(ml_target_make(c->env, c->table, ml_table_find(c->table, "y"), 0, NULL, &c->target));
	return ml_split_make(c->env, c->table, &c->target, &c->options, &c->split);
}

static int64_t
count(const Case *c, MlSide side, int class_number)
{
	int64_t		n = 0;
	int64_t		row;

	for (row = 0; row < c->table->n_rows; row++)
		n += c->split.side[row] == side && (class_number < 0 || c->target.y[row] == class_number);
	return n;
}

/* Rows 0 .. n-1 with id, class 1 for each `every`-th. */
static void
add_rows(Case *c, int from, int to, int every)
{
	char		row[UNIT_ROW];
	int			i;

	for (i = from; i < to; i++)
	{
		snprintf(row, sizeof(row), "%d|%d", i, i % every == 0);
		unit_row(c->table, row);
	}
}

static void
expect_error(Case *c, MlStatus status, const char *message)
{
	unit_ok(make(c) == status, "an error: %s", message);
	unit_text(c->env->error.message, message, "its message");
}

/*
 * Random
 */

/* rows, every, wanted of class 0 and 1 */
static void
expect_holdout(int n, int every, double holdout, int64_t max_holdout, int64_t zero, int64_t one)
{
	Case		c = begin("id:i y:b");

	add_rows(&c, 0, n, every);
	c.options.holdout = holdout;
	c.options.max_holdout = max_holdout;
	unit_ok(make(&c) == ML_OK, "split %d rows, %g held out, at most %d", n, holdout, (int) max_holdout);
	unit_ok(count(&c, ML_SIDE_HOLDOUT, 0) == zero && count(&c, ML_SIDE_HOLDOUT, 1) == one,
			"%d and %d held out (got %d and %d)", (int) zero, (int) one,
			(int) count(&c, ML_SIDE_HOLDOUT, 0), (int) count(&c, ML_SIDE_HOLDOUT, 1));
	unit_ok(c.split.n_holdout == zero + one && c.split.n_train == n - zero - one && c.split.n_validate == 0 &&
			c.split.folds == 0 && !c.split.rule.cross_validated, "and are counted");
}

static void
test_counts(void)
{
	expect_holdout(1000, 4, 0.2, 10000, 150, 50);
	expect_holdout(500, 2, 0.2, 10000, 50, 50);
	expect_holdout(1000, 100, 0.2, 10000, 198, 2);
	expect_holdout(1000, 400, 0.2, 10000, 199, 1);		/* 3 rare rows: one of them */
	expect_holdout(100000, 2, 0.2, 10000, 5000, 5000);
	expect_holdout(100000, 10, 0.2, 10000, 9000, 1000);
	expect_holdout(100000, 50, 0.2, 10000, 9800, 400);	/* 200 by share; 20 % of 2000 is 400 */
	expect_holdout(100000, 25, 0.2, 10000, 9600, 500);	/* 400 by share; 500 */
	expect_holdout(1000, 5, 0.2, 50, 40, 40);			/* the cap is not for the rarest class, nor may */
	expect_holdout(1000, 2, 0.2, 50, 100, 100);			/* the other get fewer rows than the rarest */
	expect_holdout(600, 3, 0.5, 10000, 200, 100);
}

/* Rows 0 .. n-1; class a of all but each `b`-th and each `c`-th, which are b and c. */
static void
add_three(Case *c, int n, int b, int every_c)
{
	char		row[UNIT_ROW];
	int			i;

	for (i = 0; i < n; i++)
	{
		snprintf(row, sizeof(row), "%d|%s", i, i % every_c == 0 ? "c" : i % b == 0 ? "b" : "a");
		unit_row(c->table, row);
	}
}

/* Each class has its share, and the least that the options ask for. */
static void
test_many_classes(void)
{
	Case		c = begin("id:i y:t");
	double	   *u;
	int			wrong = 0;
	int			i;

	add_three(&c, 1000, 4, 50);			/* 740, 240, 20 */
	c.options.validation = 0.1;
	unit_ok(make(&c) == ML_OK && c.split.rule.n_thresholds == 3, "three classes, three thresholds");
	unit_ok(count(&c, ML_SIDE_HOLDOUT, 0) == 148 && count(&c, ML_SIDE_HOLDOUT, 1) == 48 && count(&c, ML_SIDE_HOLDOUT, 2) == 4,
			"a fifth of each is held out");
	unit_ok(count(&c, ML_SIDE_VALIDATE, 0) == 59 && count(&c, ML_SIDE_VALIDATE, 1) == 19 && count(&c, ML_SIDE_VALIDATE, 2) == 2,
			"a tenth of the rest is for early stopping");
	unit_ok(c.split.n_train + c.split.n_validate + c.split.n_holdout == 1000, "and all are counted");
	u = ml_allocate(c.env, 1000, sizeof(double));
	unit_ok(ml_split_positions(c.env, c.table, &c.options, NULL, u) == ML_OK, "positions of the rows");
	for (i = 0; i < 1000; i++)
		wrong += ml_split_held_out(&c.split.rule, u[i], (int) c.target.y[i], NAN) != (c.split.side[i] == ML_SIDE_HOLDOUT);
	unit_ok(wrong == 0, "the rule says the same of each row");

	c = begin("id:i y:t");
	add_three(&c, 20000, 4, 50);		/* 14800, 4800, 400 */
	c.options.max_holdout = 1000;
	c.options.min_class = 100;
	unit_ok(make(&c) == ML_OK, "a cap on the rows held out");
	unit_ok(count(&c, ML_SIDE_HOLDOUT, 0) == 740 && count(&c, ML_SIDE_HOLDOUT, 1) == 240 && count(&c, ML_SIDE_HOLDOUT, 2) == 80,
			"the rare class has its fifth, the others their share of the cap");

	c = begin("id:i y:t");
	add_three(&c, 2000, 4, 700);		/* 3 rows of c */
	unit_ok(make(&c) == ML_OK && count(&c, ML_SIDE_HOLDOUT, 2) == 1 && count(&c, ML_SIDE_TRAIN, 2) == 2, "three rare rows: one of them");
}

/* A rare class does not cost the others their folds. */
static void
test_many_folds(void)
{
	Case		c = begin("id:i y:t");
	int			folds[5][3] = {{0}};
	int			i;

	add_three(&c, 100, 4, 60);			/* 2 rows of c */
	unit_ok(make(&c) == ML_OK && c.split.folds == 5, "two rare rows of three classes: five folds");
	for (i = 0; i < 100; i++)
		folds[c.split.fold[i]][(int) c.target.y[i]]++;
	for (i = 0; i < 5; i++)
		unit_ok(folds[i][2] < 2 && folds[i][1] >= 4 && folds[i][1] <= 5, "fold %d is stratified", i);
}

/* Sides that follow a column may leave a class without rows to be judged on. */
static void
test_absent_class(void)
{
	Case		c = begin("id:i y:t s:t");
	char		row[UNIT_ROW];
	int			i;

	for (i = 0; i < 60; i++)
	{
		snprintf(row, sizeof(row), "%d|%c|%s", i, 'a' + i % 3, i % 3 != 2 && i % 5 == 0 ? "test" : "train");
		unit_row(c.table, row);
	}
	c.options.method = ML_SPLIT_COLUMN;
	c.options.column = ml_table_find(c.table, "s");
	unit_ok(make(&c) == ML_OK, "no row of a class is held out");
	unit_text(unit_warnings(c.env), "the split leaves no row of class \"c\" to hold out", "that is a warning");
	c = begin("id:i y:t s:t");
	for (i = 0; i < 60; i++)
	{
		snprintf(row, sizeof(row), "%d|%c|%s", i, 'a' + i % 3, i % 3 == 2 ? "test" : "train");
		unit_row(c.table, row);
	}
	c.options.method = ML_SPLIT_COLUMN;
	c.options.column = ml_table_find(c.table, "s");
	expect_error(&c, ML_INVALID_DATA, "the split leaves no row of class \"c\" to train on");
}

static void
test_regression(void)
{
	Case		c = begin("id:i y:d");
	char		row[UNIT_ROW];
	int			i;
	int			wrong = 0;

	for (i = 0; i < 2000; i++)
	{
		snprintf(row, sizeof(row), "%d|%s%d", i, i % 10 == 0 ? "" : "3.", i);
		if (i % 10 == 0)
			snprintf(row, sizeof(row), "%d|", i);
		unit_row(c.table, row);
	}
	c.options.validation = 0.25;
	unit_ok(make(&c) == ML_OK, "split a regression target");
	unit_ok(c.split.n_holdout == 360 && c.split.n_validate == 360 && c.split.n_train == 1080,
			"shares of the rows with a target");
	for (i = 0; i < 2000; i += 10)
		wrong += c.split.side[i] != ML_SIDE_UNUSED;
	unit_ok(wrong == 0, "rows without a target are unused");
}

/* Thresholds, positions and held-out answers tell the same sides. */
static void
test_rule(void)
{
	Case		c = begin("id:i y:b");
	double		u[3000];
	int			wrong = 0;
	int			i;

	add_rows(&c, 0, 3000, 7);
	c.options.validation = 0.1;
	make(&c);
	unit_ok(ml_split_positions(c.env, c.table, &c.options, NULL, u) == ML_OK, "positions");
	for (i = 0; i < 3000; i++)
	{
		int			class_number = (int) c.target.y[i];
		MlSide		side = ML_SIDE_TRAIN;

		wrong += !(u[i] >= 0 && u[i] < 1);
		if (ml_split_held_out(&c.split.rule, u[i], class_number, NAN))
			side = ML_SIDE_HOLDOUT;
		else if (u[i] < c.split.rule.validate_below[class_number])
			side = ML_SIDE_VALIDATE;
		wrong += c.split.side[i] != side;
	}
	unit_ok(wrong == 0, "the rule tells every row's side");
	unit_ok(count(&c, ML_SIDE_VALIDATE, 1) == 34 && count(&c, ML_SIDE_VALIDATE, 0) == 206,
			"a tenth of each class' training rows is for early stopping");
	unit_near(c.split.rule.holdout_below[0], 0.2, 0.05, "about a fifth of the hashes");
	unit_ok(!ml_split_held_out(&c.split.rule, 0, 2, NAN), "no such class, not held out");
}

/* A seed decides; another one gives other sides. */
static void
test_seed(void)
{
	Case		c = begin("id:i y:b");
	Case		d = begin("id:l y:b");
	int			same = 0;
	int			i;

	add_rows(&c, 0, 1000, 3);
	add_rows(&d, 0, 1000, 3);
	make(&c);
	make(&d);
	unit_ok(memcmp(c.split.side, d.split.side, 1000) == 0, "the same seed, the same sides, also for a wider type");
	d.options.seed = 8;
	make(&d);
	for (i = 0; i < 1000; i++)
		same += c.split.side[i] == ML_SIDE_HOLDOUT && d.split.side[i] == ML_SIDE_HOLDOUT;
	unit_ok(same > 10 && same < 80, "another seed, other sides (%d of 200 common, 40 by chance)", same);
}

/* What a version held out stays so when its retraining sees more rows. */
static void
test_inherited(void)
{
	Case		c = begin("id:i y:b");
	Case		d = begin("id:i y:b");
	Case		fresh = begin("id:i y:b");
	int			moved = 0;
	int			moved_fresh = 0;
	int			i;

	add_rows(&c, 0, 1000, 3);
	add_rows(&d, 0, 5000, 3);
	add_rows(&fresh, 0, 5000, 3);
	make(&c);
	d.options.inherited = &c.split.rule;
	d.options.validation = 0.1;
	unit_ok(make(&d) == ML_OK, "split with an inherited rule");
	make(&fresh);
	for (i = 0; i < 1000; i++)
	{
		moved += (c.split.side[i] == ML_SIDE_HOLDOUT) != (d.split.side[i] == ML_SIDE_HOLDOUT);
		moved_fresh += (c.split.side[i] == ML_SIDE_HOLDOUT) != (fresh.split.side[i] == ML_SIDE_HOLDOUT);
	}
	unit_ok(moved == 0, "no row changes sides (%d would by a new rule)", moved_fresh);
	unit_ok(d.split.n_holdout > 750 && d.split.n_holdout < 1250 && d.split.n_validate > 350,
			"new rows get sides, too (%d held out)", (int) d.split.n_holdout);
	c.split.rule.method = ML_SPLIT_GROUP;
	make(&d);
	unit_ok(memcmp(d.split.rule.holdout_below, fresh.split.rule.holdout_below, 16) == 0,
			"a rule of another method is not inherited");
}

/* Rows that share an identity stay together within their class. */
static void
test_ties(void)
{
	Case		c = begin("id:i y:b");
	char		row[UNIT_ROW];
	int			side[100];
	int			torn = 0;
	int			i;

	for (i = 0; i < 1000; i++)
	{
		snprintf(row, sizeof(row), "%d|%d", i % 100, i % 2);
		unit_row(c.table, row);
	}
	unit_ok(make(&c) == ML_OK, "identities that occur ten times");
	for (i = 0; i < 1000; i++)
	{
		if (i < 100)
			side[i] = c.split.side[i];
		torn += side[i % 100] != c.split.side[i];
	}
	unit_ok(torn == 0 && c.split.n_holdout == 200, "are never torn");

	c = begin("id:i y:b");
	for (i = 0; i < 1000; i++)
		unit_row(c.table, i % 2 ? "1|1" : "1|0");
	expect_error(&c, ML_INVALID_DATA, "the split leaves no row of class \"false\" to hold out");
}

static void
test_errors(void)
{
	Case		c = begin("id:i y:b g:t");
	int			i;

	add_rows(&c, 0, 999, 1000000);
	c.options.min_rows = 5000;
	expect_error(&c, ML_INVALID_DATA, "class \"true\" has fewer than two rows");
	c.options.min_rows = 500;
	expect_error(&c, ML_INVALID_DATA, "class \"true\" has fewer than two rows");
	for (i = 0; i < 5; i++)
		add_rows(&c, 0, 999, 10);
	c.options.holdout = 1;
	expect_error(&c, ML_INVALID_OPTION, "split option \"holdout\" must be between 0 and 1");
	c.options.holdout = NAN;
	expect_error(&c, ML_INVALID_OPTION, "split option \"holdout\" must be between 0 and 1");
	c.options.holdout = 0.2;
	c.options.folds = 1;
	expect_error(&c, ML_INVALID_OPTION, "split option \"folds\" must be between 2 and 254");
	c.options.folds = 5;
	c.options.validation = 1;
	expect_error(&c, ML_INVALID_OPTION, "split option \"validation\" must be at least 0 and less than 1");
	c.options.validation = 0;
	c.options.max_holdout = 0;
	expect_error(&c, ML_INVALID_OPTION, "split option \"max_holdout\" must be at least 1");
	c.options.max_holdout = 10;
	c.options.min_class = -1;
	expect_error(&c, ML_INVALID_OPTION, "split option \"min_class\" must not be negative");
	c.options.min_class = 0;
	c.options.method = ML_SPLIT_TIME;
	expect_error(&c, ML_INVALID_OPTION, "split method \"time\" needs a column");
	c.options.column = 2;
	expect_error(&c, ML_INVALID_OPTION, "column \"g\" of type text cannot order rows in time");
	c.options.method = ML_SPLIT_GROUP;
	for (i = 0; i < 10; i++)
		unit_row(c.table, "1|1|");
	c.options.n_identity = 0;
	expect_error(&c, ML_INVALID_OPTION, "a split needs columns that tell rows apart");
}

static void
test_stop(void)
{
	Case		c = begin("id:i y:b");

	add_rows(&c, 0, 50000, 3);
	c.options.validation = 0.1;
	unit_stop_after(c.env, 20);
	unit_ok(make(&c) == ML_INTERRUPTED, "a stop is obeyed");
	unit_stop_after(c.env, 60);
	unit_ok(make(&c) == ML_INTERRUPTED, "a later one, too");
	c = begin("id:i y:b");
	add_rows(&c, 0, 50000, 3);
	unit_budget(c.env, 3500000);
	unit_ok(make(&c) == ML_OUT_OF_MEMORY, "and a budget");
}

/*
 * Cross-validation
 */

static void
test_folds(void)
{
	Case		c = begin("id:i y:b");
	int			folds[5][2];
	int			i;

	add_rows(&c, 0, 499, 5);
	c.options.validation = 0.2;
	unit_ok(make(&c) == ML_OK && c.split.folds == 5 && c.split.rule.cross_validated, "499 rows: five folds");
	unit_ok(c.split.n_train == 499 && c.split.n_holdout == 0 && c.split.n_validate == 0, "all rows are trained on");
	memset(folds, 0, sizeof(folds));
	for (i = 0; i < 499; i++)
		folds[c.split.fold[i]][(int) c.target.y[i]]++;
	for (i = 0; i < 5; i++)
		unit_ok(folds[i][1] == 20 && (folds[i][0] == 79 || folds[i][0] == 80), "fold %d is stratified", i);
	unit_ok(!ml_split_held_out(&c.split.rule, 0, 0, NAN), "no row was held out");

	c = begin("id:i y:b");
	add_rows(&c, 0, 100, 34);
	unit_ok(make(&c) == ML_OK && c.split.folds == 3, "three rare rows: three folds");
	c = begin("id:i y:d");
	unit_row(c.table, "1|1.5");
	unit_row(c.table, "2|2.5");
	unit_row(c.table, "3|");
	unit_ok(make(&c) == ML_OK && c.split.folds == 2, "two rows: two folds");
	unit_ok(c.split.fold[0] != c.split.fold[1] && c.split.fold[2] == ML_NO_FOLD, "one in each");
}

static void
test_fold_identities(void)
{
	Case		c = begin("id:i y:b");
	char		row[UNIT_ROW];
	int			fold[10];
	int			torn = 0;
	int			i;

	for (i = 0; i < 100; i++)
	{
		snprintf(row, sizeof(row), "%d|%d", i % 10, i % 2);
		unit_row(c.table, row);
	}
	unit_ok(make(&c) == ML_OK && c.split.folds == 5, "ten identities, five of each class");
	for (i = 0; i < 100; i++)
	{
		if (i < 10)
			fold[i] = c.split.fold[i];
		torn += fold[i % 10] != c.split.fold[i];
	}
	unit_ok(torn == 0, "are not torn by folds");
	c = begin("id:i y:b");
	for (i = 0; i < 100; i++)
		unit_row(c.table, i % 2 ? "1|1" : "2|0");
	expect_error(&c, ML_INVALID_DATA, "the columns that identify rows are equal in all rows of a class");
}

/*
 * Group, time, column, none
 */

static void
test_groups(void)
{
	Case		c = begin("id:i y:b g:t");
	char		row[UNIT_ROW];
	int			side[50];
	int			torn = 0;
	int			loose = 0;
	int			i;
	double		u[1100];

	for (i = 0; i < 1000; i++)
	{
		snprintf(row, sizeof(row), "%d|%d|g%d", i, i / 50 % 2, i % 50);
		unit_row(c.table, row);
	}
	for (i = 1000; i < 1100; i++)
	{
		snprintf(row, sizeof(row), "%d|%d|", i, i % 2);
		unit_row(c.table, row);
	}
	c.options.method = ML_SPLIT_GROUP;
	c.options.column = 2;
	c.options.validation = 0.25;
	unit_ok(make(&c) == ML_OK, "split by group");
	for (i = 0; i < 1000; i++)
	{
		if (i < 50)
			side[i] = c.split.side[i];
		torn += side[i % 50] != c.split.side[i];
	}
	for (i = 1000; i < 1100; i++)
		loose += c.split.side[i] == ML_SIDE_HOLDOUT;
	unit_ok(torn == 0, "no group is torn, also not for early stopping");
	unit_ok(loose > 5 && loose < 60, "rows without a group stand for themselves");
	unit_ok(c.split.n_holdout >= 220 && c.split.n_holdout < 240 && c.split.n_validate > 180, "the share is kept up to a group");
	ml_split_positions(c.env, c.table, &c.options, NULL, u);
	for (i = 0; i < 1100; i++)
		torn += ml_split_held_out(&c.split.rule, u[i], (int) c.target.y[i], NAN) != (c.split.side[i] == ML_SIDE_HOLDOUT);
	unit_ok(torn == 0, "the rule tells them");

	c = begin("id:i y:b g:t");
	for (i = 0; i < 20; i++)
		unit_row(c.table, i % 2 ? "1|1|one" : "2|0|one");
	c.options.method = ML_SPLIT_GROUP;
	c.options.column = 2;
	expect_error(&c, ML_INVALID_DATA, "split column \"g\" has fewer than two different values");
}

/* Group splits go beyond the cap for the rarest class. */
static void
test_group_cap(void)
{
	Case		c = begin("id:i y:b g:i");
	char		row[UNIT_ROW];
	int			i;

	for (i = 0; i < 20000; i++)
	{
		snprintf(row, sizeof(row), "%d|%d|%d", i, i % 20 == 0, i % 4999);
		unit_row(c.table, row);
	}
	c.options.method = ML_SPLIT_GROUP;
	c.options.column = 2;
	c.options.max_holdout = 1000;
	c.options.min_class = 100;
	unit_ok(make(&c) == ML_OK, "split by group with a cap");
	unit_ok(count(&c, ML_SIDE_HOLDOUT, 1) >= 100 && c.split.n_holdout > 1000 && c.split.n_holdout < 3000,
			"100 of the rarest class, not many more in all (%d, %d)", (int) count(&c, ML_SIDE_HOLDOUT, 1),
			(int) c.split.n_holdout);
	c.options.min_class = 0;
	make(&c);
	unit_ok(c.split.n_holdout >= 1000 && c.split.n_holdout < 1005, "without the minimum, the cap");
}

static void
test_time(void)
{
	Case		c = begin("id:i y:d t:T");
	char		row[UNIT_ROW];
	int			wrong = 0;
	int			i;

	for (i = 0; i < 1000; i++)
	{
		snprintf(row, sizeof(row), "%d|%d.5|%d", i, i, (i * 7) % 1000);
		unit_row(c.table, row);
	}
	unit_row(c.table, "1000|3|");
	c.options.method = ML_SPLIT_TIME;
	c.options.column = 2;
	c.options.validation = 0.1;
	unit_ok(make(&c) == ML_OK, "split by time");
	unit_near(c.split.rule.time_after, 799, 0, "held out after the 800th");
	for (i = 0; i < 1001; i++)
	{
		bool		held = c.split.side[i] == ML_SIDE_HOLDOUT;

		wrong += held != (i < 1000 && (i * 7) % 1000 >= 800);
		wrong += held != ml_split_held_out(&c.split.rule, 0, 0, c.table->columns[2].number[i]);
	}
	unit_ok(wrong == 0, "the newest fifth, missing times are trained on");
	unit_ok(c.split.n_validate == 80, "early stopping by the hash");

	c = begin("id:i y:b t:D");
	for (i = 0; i < 10; i++)
	{
		snprintf(row, sizeof(row), "%d|%d|%d", i, i % 2, i / 4);
		unit_row(c.table, row);
	}
	c.options.method = ML_SPLIT_TIME;
	c.options.column = 2;
	unit_ok(make(&c) == ML_OK && c.split.n_holdout == 2 && c.split.folds == 0, "few rows are no cross-validation");
	c.options.holdout = 0.3;
	unit_ok(make(&c) == ML_OK && c.split.n_holdout == 6, "equal times stay together");
	c.options.holdout = 0.9;
	unit_ok(make(&c) == ML_OK && c.split.n_holdout == 6, "and never are all held out");

	c = begin("id:i y:b t:i");
	for (i = 0; i < 10; i++)
	{
		snprintf(row, sizeof(row), "%d|%d|%d", i, i < 5, i);
		unit_row(c.table, row);
	}
	c.options.method = ML_SPLIT_TIME;
	c.options.column = 2;
	expect_error(&c, ML_INVALID_DATA, "the split leaves no row of class \"true\" to hold out");
}

static void
test_column(void)
{
	Case		c = begin("id:i y:b part:t flag:b n:i d:D");
	int			i;

	unit_row(c.table, "1|1|train|0|0|1");
	unit_row(c.table, "2|0|Train|0|0|1");
	unit_row(c.table, "3|1|test|1|1|1");
	unit_row(c.table, "4|0|HOLDOUT|1|1|1");
	unit_row(c.table, "5|0|evaluate|1|1|1");
	unit_row(c.table, "6|1|validate|0|0|1");
	unit_row(c.table, "7|0|validation|0|0|1");
	unit_row(c.table, "8|||||1");
	c.options.method = ML_SPLIT_COLUMN;
	c.options.validation = 0.5;
	for (i = 2; i < 5; i++)
	{
		c.options.column = i;
		unit_ok(make(&c) == ML_OK && c.split.n_holdout == 3 && c.split.side[7] == ML_SIDE_UNUSED, "sides by column %d", i);
		unit_ok(c.split.side[0] != ML_SIDE_HOLDOUT && c.split.side[4] == ML_SIDE_HOLDOUT, "as it says");
	}
	c.options.column = 2;
	make(&c);
	unit_ok(c.split.n_validate == 2 && c.split.side[5] == ML_SIDE_VALIDATE, "rows for early stopping can be named");
	c.options.column = 5;
	expect_error(&c, ML_INVALID_OPTION, "column \"d\" of type date cannot name sides");
	c.options.column = 2;
	unit_row(c.table, "9|0|other|0|2|1");
	expect_error(&c, ML_INVALID_DATA, "split column \"part\" has the value \"other\", which names no side");
	c.options.column = 4;
	expect_error(&c, ML_INVALID_DATA, "split column \"n\" has the value 2, which names no side");
	unit_row(c.table, "10|0|||1|1");
	c.options.column = 3;
	expect_error(&c, ML_INVALID_DATA, "split column \"flag\" has no value in some rows");

	c = begin("id:i y:b part:t");
	unit_row(c.table, "1|1|train");
	unit_row(c.table, "2|0|train");
	unit_row(c.table, "3|1|test");
	c.options.method = ML_SPLIT_COLUMN;
	c.options.column = 2;
	expect_error(&c, ML_INVALID_DATA, "the split leaves no row of class \"false\" to hold out");
	unit_row(c.table, "4|0|");
	expect_error(&c, ML_INVALID_DATA, "split column \"part\" has no value in some rows");
}

static void
test_none(void)
{
	Case		c = begin("id:i y:b");

	add_rows(&c, 0, 1000, 4);
	c.options.method = ML_SPLIT_NONE;
	unit_ok(make(&c) == ML_OK && c.split.n_train == 1000 && c.split.n_holdout == 0, "no split");
	c.options.validation = 0.2;
	unit_ok(make(&c) == ML_OK && c.split.n_train == 800 && count(&c, ML_SIDE_VALIDATE, 1) == 50, "but early stopping");
}

/*
 * Row order
 */

/*
 * Rows of few different contents, so that many are equal: content k of 24 is
 * (k % 4, plan, y). Sides must be the same multiset for each content.
 */
static void
count_contents(const int *order, int n, const MlSplitOptions *like, int counts[48][4], int *folds)
{
	Case		c = begin("x:d plan:t y:b t:i");
	char		row[UNIT_ROW];
	int			i;

	for (i = 0; i < n; i++)
	{
		int			k = (order[i] * 31) % 48;

		if (k % 12 == 5)
			snprintf(row, sizeof(row), "%d||%s|%d", k % 4, k % 3 ? "1" : "", k * 7 % 48);
		else
			snprintf(row, sizeof(row), "%d|p%d|%d|%d", k % 4, k % 3, k / 12 % 2, k * 7 % 48);
		unit_row(c.table, row);
	}
	c.options.method = like->method;
	c.options.column = like->column;
	c.options.validation = 0.2;
	c.options.max_holdout = like->max_holdout;
	memset(counts, 0, sizeof(int) * 48 * 4);
	unit_ok(make(&c) == ML_OK, "%s split of %d rows", ml_split_method_name(like->method), n);
	*folds = c.split.folds;
	for (i = 0; i < n; i++)
	{
		int			k = (order[i] * 31) % 48;

		/* with folds: a checksum of them in place of the sides */
		if (c.split.folds > 0)
			counts[k][0] += c.split.fold[i] * c.split.fold[i];
		else
			counts[k][c.split.side[i]]++;
	}
}

static void
expect_any_order(int n, MlSplitMethod method, int column, int64_t max_holdout)
{
	MlEnv	   *env = unit_env();
	int		   *forward = ml_allocate(env, (size_t) n, sizeof(int));
	MlSplitOptions like;
	int			one[48][4];
	int			two[48][4];
	int			folds;
	int			i;

	for (i = 0; i < n; i++)
		forward[i] = i;
	ml_split_defaults(&like);
	like.method = method;
	like.column = column;
	like.max_holdout = max_holdout;
	count_contents(forward, n, &like, one, &folds);
	count_contents(unit_shuffle(env, n), n, &like, two, &folds);
	unit_ok(memcmp(one, two, sizeof(one)) == 0, "equal sides in any row order");
}

static void
test_any_order(void)
{
	expect_any_order(3000, ML_SPLIT_RANDOM, -1, 10000);
	expect_any_order(3001, ML_SPLIT_RANDOM, -1, 100);
	expect_any_order(300, ML_SPLIT_RANDOM, -1, 10000);
	expect_any_order(3000, ML_SPLIT_GROUP, 0, 10000);
	expect_any_order(3000, ML_SPLIT_GROUP, 1, 10000);
	expect_any_order(3000, ML_SPLIT_TIME, 3, 10000);
	expect_any_order(3000, ML_SPLIT_NONE, -1, 10000);
}

/* Equal rows get different identities, the same set of them in any order. */
static void
test_ordinals(void)
{
	Case		c = begin("x:i y:b");
	uint64_t	sum = 0;
	uint64_t	other = 0;
	int			i;
	int			equal = 0;

	for (i = 0; i < 1000; i++)
		unit_row(c.table, i % 3 ? "1|1" : "2|0");
	make(&c);
	for (i = 0; i < 1000; i++)
		sum += c.split.identity[i];
	for (i = 1; i < 1000; i++)
		equal += c.split.identity[i] == c.split.identity[0];
	unit_ok(equal == 0 && c.split.n_holdout == 200, "equal rows are told apart by their ordinal");
	c = begin("x:i y:b");
	for (i = 0; i < 1000; i++)
		unit_row(c.table, i < 666 ? "1|1" : "2|0");
	make(&c);
	for (i = 0; i < 1000; i++)
		other += c.split.identity[i];
	unit_ok(sum == other, "whatever their order");
}

static void
test_names(void)
{
	MlSplitMethod method;

	unit_ok(ml_split_method_by_name("group", &method) && method == ML_SPLIT_GROUP, "a method by name");
	unit_ok(!ml_split_method_by_name("stratified", &method), "no such method");
	unit_text(ml_split_method_name(ML_SPLIT_RANDOM), "random", "and its name");
}

/*
 * Sides are part of the contract: a change here breaks every retraining.
 * The numbers come from the same formulas written in Python.
 */
static void
test_vector(void)
{
	Case		c = begin("id:i y:d name:t");
	double		u[2];

	unit_row(c.table, "1|0.5|x");
	unit_row(c.table, "2|1.5|");
	c.identity[1] = 2;
	c.options.n_identity = 2;
	c.options.identity = c.identity;
	ml_split_positions(c.env, c.table, &c.options, NULL, u);
	unit_near(u[0], 0.24494315520533017, 0, "position of the row (1, x)");
	unit_near(u[1], 0.79781807396452, 0, "position of the row (2, missing)");
}

int
main(void)
{
	test_counts();
	test_regression();
	test_rule();
	test_seed();
	test_inherited();
	test_ties();
	test_errors();
	test_stop();
	test_folds();
	test_fold_identities();
	test_many_classes();
	test_many_folds();
	test_absent_class();
	test_groups();
	test_group_cap();
	test_time();
	test_column();
	test_none();
	test_any_order();
	test_ordinals();
	test_names();
	test_vector();
	return unit_done();
}
