/*
 * prep/split.c
 *		Which rows are learnt from and which are kept to judge the result.
 *
 * Random: of each class the rows with the smallest u are held out, so that a
 * threshold on u tells the sides of these rows and of all that come later.
 * Rows with the same u (one identity) are never torn within a class. Early
 * stopping takes the next smallest u of the training side. Other methods are
 * in split_column.c, cross-validation is in folds.c.
 */
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "math/rng.h"
#include "math/sort.h"
#include "prep/identity.h"
#include "prep/splitter.h"

#define STOP_ROWS		4096
#define SHOWN_BYTES		40

static const char *const method_names[] = {
	[ML_SPLIT_RANDOM] = "random",
	[ML_SPLIT_TIME] = "time",
	[ML_SPLIT_GROUP] = "group",
	[ML_SPLIT_COLUMN] = "column",
	[ML_SPLIT_NONE] = "none"
};

const char *
ml_split_method_name(MlSplitMethod method)
{
	return method_names[method];
}

bool
ml_split_method_by_name(const char *name, MlSplitMethod *method)
{
	int			i;

	for (i = ML_SPLIT_RANDOM; i <= ML_SPLIT_NONE; i++)
	{
		if (strcmp(name, method_names[i]) == 0)
		{
			*method = (MlSplitMethod) i;
			return true;
		}
	}
	return false;
}

void
ml_split_defaults(MlSplitOptions *options)
{
	memset(options, 0, sizeof(*options));
	options->method = ML_SPLIT_RANDOM;
	options->holdout = 0.2;
	options->max_holdout = 10000;
	options->min_class = 500;
	options->min_rows = 500;
	options->folds = 5;
	options->column = -1;
}

static MlStatus
check_options(MlEnv *env, const MlSplitOptions *options)
{
	bool		needs_column = options->method == ML_SPLIT_TIME ||
		options->method == ML_SPLIT_GROUP || options->method == ML_SPLIT_COLUMN;

	if (!(options->holdout > 0 && options->holdout < 1))
		return ml_fail(env, ML_INVALID_OPTION, "split option \"holdout\" must be between 0 and 1");
	if (!(options->validation >= 0 && options->validation < 1))
		return ml_fail(env, ML_INVALID_OPTION,
					   "split option \"validation\" must be at least 0 and less than 1");
	if (options->max_holdout < 1)
		return ml_fail(env, ML_INVALID_OPTION, "split option \"max_holdout\" must be at least 1");
	if (options->min_class < 0)
		return ml_fail(env, ML_INVALID_OPTION, "split option \"min_class\" must not be negative");
	if (options->folds < 2 || options->folds >= ML_NO_FOLD)
		return ml_fail(env, ML_INVALID_OPTION, "split option \"folds\" must be between 2 and %d",
					   ML_NO_FOLD - 1);
	if (needs_column && options->column < 0)
		return ml_fail(env, ML_INVALID_OPTION, "split method \"%s\" needs a column",
					   ml_split_method_name(options->method));
	if (options->n_identity < 1)
		return ml_fail(env, ML_INVALID_OPTION, "a split needs columns that tell rows apart");
	return ML_OK;
}

/* The column that the method follows, if it follows one. */
static MlStatus
pin_column(const MlTable *table, const MlSplitOptions *options)
{
	return options->column >= 0 ? ml_table_pin(table, options->column) : ML_OK;
}

static void
unpin_column(const MlTable *table, const MlSplitOptions *options)
{
	if (options->column >= 0)
		ml_table_unpin(table, options->column);
}

/*
 * Positions
 */

double
ml_split_position(uint64_t seed, uint64_t identity)
{
	return ml_hash_uniform(ml_hash_word(ml_mix64(seed), identity));
}

static MlStatus
make_positions(MlEnv *env, const MlTable *table, const MlSplitOptions *options,
			   const uint64_t *identity, double *u)
{
	const MlColumn *group =
		options->method == ML_SPLIT_GROUP ? &table->columns[options->column] : NULL;
	int64_t		row;

	for (row = 0; row < table->n_rows; row++)
	{
		uint64_t	hash = identity[row];

		if (row % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		if (group != NULL)
		{
			bool missing = group->code != NULL ? group->code[row] < 0 : isnan(group->number[row]);

			if (!missing)
				hash = ml_table_hash(group, row);
		}
		u[row] = ml_split_position(options->seed, hash);
	}
	return ML_OK;
}

MlStatus
ml_split_positions(MlEnv *env, const MlTable *table, const MlSplitOptions *options,
				   const uint64_t *identity, double *u)
{
	uint64_t   *made = NULL;

	ML_TRY(check_options(env, options));
	if (identity == NULL)
	{
		made = ml_allocate(env, (size_t) table->n_rows, sizeof(uint64_t));
		if (made == NULL)
			return ML_OUT_OF_MEMORY;
		ML_TRY(ml_row_identities(env, table, options->identity, options->n_identity,
								 options->by_content, made));
		identity = made;
	}
	ML_TRY(pin_column(table, options));
	ML_TRY(make_positions(env, table, options, identity, u));
	unpin_column(table, options);
	ml_release(env, made);
	return ML_OK;
}

bool
ml_split_held_out(const MlSplitRule *rule, double u, int class_number, double time)
{
	if (rule->cross_validated)
		return false;
	switch (rule->method)
	{
		case ML_SPLIT_RANDOM:
		case ML_SPLIT_GROUP:
			return class_number >= 0 && class_number < rule->n_thresholds &&
				u < rule->holdout_below[class_number];
		case ML_SPLIT_TIME:
			return time > rule->time_after;
		case ML_SPLIT_COLUMN:
		case ML_SPLIT_NONE:
			break;
	}
	return false;
}

/*
 * Tools of all methods
 */

int64_t
ml_splitter_share(double share, int64_t n)
{
	return (int64_t) floor(share * (double) n + 0.5);
}

MlStatus
ml_splitter_gather(MlSplitter *splitter, int class_number, int64_t *count)
{
	int64_t		row;

	*count = 0;
	for (row = 0; row < splitter->table->n_rows; row++)
	{
		if (row % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(splitter->env));
		if (splitter->split->side[row] != ML_SIDE_TRAIN ||
			(class_number != ML_ALL_CLASSES && ml_splitter_class(splitter, row) != class_number))
			continue;
		splitter->key[*count] = splitter->u[row];
		splitter->row[*count] = (uint32_t) row;
		(*count)++;
	}
	return ML_OK;
}

MlStatus
ml_splitter_order(MlSplitter *splitter, int64_t count)
{
	return ml_order_f64(splitter->env, splitter->key, (size_t) count, splitter->order);
}

int64_t
ml_splitter_cut(const MlSplitter *splitter, int64_t count, int64_t wanted)
{
	const double *key = splitter->key;
	const uint32_t *order = splitter->order;
	int64_t		cut = wanted < count ? wanted : count;

	if (cut < 1)
		return 0;
	while (cut < count && key[order[cut]] == key[order[cut - 1]])
		cut++;
	if (cut == count)
	{
		while (cut > 0 && key[order[cut - 1]] == key[order[count - 1]])
			cut--;
	}
	return cut;
}

double
ml_splitter_threshold(const MlSplitter *splitter, int64_t cut, double otherwise)
{
	double		last;
	double		next;
	double		middle;

	if (cut == 0)
		return otherwise;
	last = splitter->key[splitter->order[cut - 1]];
	next = splitter->key[splitter->order[cut]];
	middle = last + 0.5 * (next - last);
	return middle > last ? middle : next;
}

/*
 * Random
 */

/* The fewest rows of a class to hold out. */
static int64_t
least_holdout(const MlSplitter *splitter, int c)
{
	int64_t		least = ml_splitter_share(splitter->options->holdout, splitter->class_rows[c]);

	return least < splitter->options->min_class ? least : splitter->options->min_class;
}

/* Two classes: exactly the total, unless the rarer one needs more. */
static void
count_two_classes(const MlSplitter *splitter, int64_t total, int64_t *wanted)
{
	int			rarest = ml_splitter_rarest(splitter);
	int64_t		least = least_holdout(splitter, rarest);
	double		share = (double) total / (double) splitter->n_usable;

	wanted[rarest] = ml_splitter_share(share, splitter->class_rows[rarest]);
	wanted[1 - rarest] = total - wanted[rarest];
	if (wanted[rarest] < least)
		wanted[rarest] = least;
	if (wanted[1 - rarest] < wanted[rarest])
		wanted[1 - rarest] = wanted[rarest];
}

static void
count_many_classes(const MlSplitter *splitter, int64_t total, int64_t *wanted)
{
	double		share = (double) total / (double) splitter->n_usable;
	int			c;

	for (c = 0; c < splitter->n_classes; c++)
	{
		int64_t		least = least_holdout(splitter, c);

		wanted[c] = ml_splitter_share(share, splitter->class_rows[c]);
		if (wanted[c] < least)
			wanted[c] = least;
	}
}

/* How many rows of each class to hold out; at least one, and not all. */
static void
count_holdout(const MlSplitter *splitter, int64_t *wanted)
{
	const MlSplitOptions *options = splitter->options;
	int64_t		total = ml_splitter_share(options->holdout, splitter->n_usable);
	int			c;

	if (total > options->max_holdout)
		total = options->max_holdout;
	if (splitter->n_classes == 1)
		wanted[0] = total;
	else if (splitter->n_classes == 2)
		count_two_classes(splitter, total, wanted);
	else
		count_many_classes(splitter, total, wanted);
	for (c = 0; c < splitter->n_classes; c++)
	{
		if (wanted[c] > splitter->class_rows[c] - 1)
			wanted[c] = splitter->class_rows[c] - 1;
		if (wanted[c] < 1)
			wanted[c] = 1;
	}
}

/* The thresholds that hold out the wanted rows of each class. */
static MlStatus
find_holdout(MlSplitter *splitter)
{
	int64_t		wanted[ML_MAX_CLASSES];
	int			c;

	count_holdout(splitter, wanted);
	for (c = 0; c < splitter->n_classes; c++)
	{
		int64_t		count;
		int64_t		cut;

		ML_TRY(ml_splitter_gather(splitter, c, &count));
		ML_TRY(ml_splitter_order(splitter, count));
		cut = ml_splitter_cut(splitter, count, wanted[c]);
		splitter->split->rule.holdout_below[c] = ml_splitter_threshold(splitter, cut, 0);
	}
	return ML_OK;
}

MlStatus
ml_split_wanted(MlEnv *env, const MlSplitOptions *options, const int64_t *class_rows, int n_classes,
					int64_t *wanted)
{
	MlSplitter	splitter;
	int			c;

	memset(&splitter, 0, sizeof(splitter));
	splitter.env = env;
	splitter.options = options;
	splitter.n_classes = n_classes;
	for (c = 0; c < n_classes; c++)
	{
		splitter.class_rows[c] = class_rows[c];
		splitter.n_usable += class_rows[c];
	}
	ML_TRY(check_options(env, options));
	count_holdout(&splitter, wanted);
	return ML_OK;
}

MlStatus
ml_split_threshold(MlEnv *env, const double *u, int64_t n, int64_t wanted, double *below)
{
	MlSplitter	splitter;

	memset(&splitter, 0, sizeof(splitter));
	splitter.env = env;
	splitter.key = (double *) u;
	splitter.order = ml_allocate(env, (size_t) n, sizeof(uint32_t));
	if (splitter.order == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(ml_splitter_order(&splitter, n));
	*below = ml_splitter_threshold(&splitter, ml_splitter_cut(&splitter, n, wanted), 0);
	ml_release(env, splitter.order);
	return ML_OK;
}

/* Sides by the thresholds of the rule. */
static void
apply_holdout(MlSplitter *splitter)
{
	MlSplit    *split = splitter->split;
	int64_t		row;

	for (row = 0; row < splitter->table->n_rows; row++)
	{
		if (split->side[row] == ML_SIDE_TRAIN &&
			splitter->u[row] < split->rule.holdout_below[ml_splitter_class(splitter, row)])
			split->side[row] = ML_SIDE_HOLDOUT;
	}
}

/* Thresholds of the version before, when it was split in the same way. */
static bool
inherit_holdout(MlSplitter *splitter)
{
	const MlSplitRule *inherited = splitter->options->inherited;

	if (inherited == NULL || inherited->cross_validated ||
		inherited->method != splitter->options->method ||
		inherited->n_thresholds != splitter->n_classes)
		return false;
	memcpy(splitter->split->rule.holdout_below, inherited->holdout_below,
		   sizeof(inherited->holdout_below));
	return true;
}

/* Each class needs a row on either side of a split, or in two folds. */
static MlStatus
check_class_rows(const MlSplitter *splitter)
{
	int			c;

	for (c = 0; c < splitter->n_classes; c++)
	{
		if (splitter->class_rows[c] >= 2)
			continue;
		if (splitter->n_classes == 1)
			ml_fail(splitter->env, ML_INVALID_DATA, !ml_task_predicts(splitter->target->task) ?
					"the source has fewer than two rows" : "fewer than two rows have a target");
		else
			ml_fail(splitter->env, ML_INVALID_DATA, "class \"%.*s\" has fewer than two rows",
					ml_cut_text(splitter->target->labels[c], strlen(splitter->target->labels[c]),
								SHOWN_BYTES),
					splitter->target->labels[c]);
		ml_hint(splitter->env,
				"To learn and to judge the result takes at least two rows of each class.");
		return ML_INVALID_DATA;
	}
	return ML_OK;
}

static MlStatus
split_randomly(MlSplitter *splitter)
{
	ML_TRY(check_class_rows(splitter));
	if (splitter->n_usable < splitter->options->min_rows)
		return ml_split_into_folds(splitter);
	if (!inherit_holdout(splitter))
		ML_TRY(find_holdout(splitter));
	apply_holdout(splitter);
	return ML_OK;
}

/*
 * Early stopping
 */

/* Take the next rows by u of a class, or of all, from the training side. */
static MlStatus
take_validation(MlSplitter *splitter, int class_number, double above, double *below)
{
	int64_t		count;
	int64_t		cut;
	int64_t		i;

	ML_TRY(ml_splitter_gather(splitter, class_number, &count));
	ML_TRY(ml_splitter_order(splitter, count));
	cut = ml_splitter_cut(splitter, count, ml_splitter_share(splitter->options->validation, count));
	*below = ml_splitter_threshold(splitter, cut, above);
	for (i = 0; i < cut; i++)
		splitter->split->side[splitter->row[splitter->order[i]]] = ML_SIDE_VALIDATE;
	return ML_OK;
}

static MlStatus
make_validation(MlSplitter *splitter)
{
	MlSplitRule *rule = &splitter->split->rule;
	int			c;

	memcpy(rule->validate_below, rule->holdout_below, sizeof(rule->validate_below));
	if (splitter->options->validation == 0)
		return ML_OK;
	if (rule->method == ML_SPLIT_GROUP)
	{
		/* one threshold for all classes, or groups would be torn */
		ML_TRY(take_validation(splitter, ML_ALL_CLASSES, rule->holdout_below[0],
							   &rule->validate_below[0]));
		for (c = 1; c < splitter->n_classes; c++)
			rule->validate_below[c] = rule->validate_below[0];
		return ML_OK;
	}
	for (c = 0; c < splitter->n_classes; c++)
		ML_TRY(take_validation(splitter, c, rule->holdout_below[c], &rule->validate_below[c]));
	return ML_OK;
}

/*
 * All methods
 */

static MlStatus
begin_split(MlSplitter *splitter)
{
	MlEnv	   *env = splitter->env;
	MlSplit    *split = splitter->split;
	const MlSplitOptions *options = splitter->options;
	size_t		n_rows = (size_t) splitter->table->n_rows;
	int64_t		row;

	memset(split, 0, sizeof(*split));
	split->rule.method = options->method;
	split->rule.seed = options->seed;
	split->rule.n_thresholds = splitter->n_classes;
	split->identity = ml_allocate(env, n_rows, sizeof(uint64_t));
	split->side = ml_allocate(env, n_rows, sizeof(uint8_t));
	if (split->identity == NULL || split->side == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(ml_row_identities(env, splitter->table, options->identity, options->n_identity,
							 options->by_content, split->identity));

	ML_TRY(pin_column(splitter->table, options));
	splitter->u = ml_allocate(env, n_rows, sizeof(double));
	splitter->key = ml_allocate(env, n_rows, sizeof(double));
	splitter->row = ml_allocate(env, n_rows, sizeof(uint32_t));
	splitter->order = ml_allocate(env, n_rows, sizeof(uint32_t));
	if (splitter->u == NULL || splitter->key == NULL || splitter->row == NULL ||
		splitter->order == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(make_positions(env, splitter->table, options, split->identity, splitter->u));

	for (row = 0; row < splitter->table->n_rows; row++)
	{
		if (isnan(splitter->target->y[row]))
			split->side[row] = ML_SIDE_UNUSED;
		else
		{
			splitter->n_usable++;
			splitter->class_rows[ml_splitter_class(splitter, row)]++;
		}
	}
	return ML_OK;
}

static void
end_split(MlSplitter *splitter)
{
	unpin_column(splitter->table, splitter->options);
	ml_release(splitter->env, splitter->u);
	ml_release(splitter->env, splitter->key);
	ml_release(splitter->env, splitter->row);
	ml_release(splitter->env, splitter->order);
}

/*
 * A side that should not lack any class; "train on" or "hold out" for people.
 * Where it may, that is a warning.
 */
static MlStatus
check_side(const MlSplitter *splitter, const int64_t *count, const char *purpose, bool may_lack)
{
	MlEnv	   *env = splitter->env;
	int			c;

	for (c = 0; c < splitter->n_classes; c++)
	{
		const char *label = splitter->n_classes > 1 ? splitter->target->labels[c] : "";
		int			shown = ml_cut_text(label, strlen(label), SHOWN_BYTES);

		if (count[c] > 0)
			continue;
		if (may_lack)
		{
			ml_warn(env, "the split leaves no row of class \"%.*s\" to %s", shown, label, purpose);
			continue;
		}
		if (splitter->n_classes == 1)
			ml_fail(env, ML_INVALID_DATA, "the split leaves no row to %s", purpose);
		else
			ml_fail(env, ML_INVALID_DATA, "the split leaves no row of class \"%.*s\" to %s", shown,
					label, purpose);
		ml_hint(env, "Use another split method, column or share.");
		return ML_INVALID_DATA;
	}
	return ML_OK;
}

static MlStatus
count_sides(const MlSplitter *splitter)
{
	MlSplit    *split = splitter->split;
	int64_t		count[4][ML_MAX_CLASSES];
	bool		may_lack;
	int64_t		row;
	int			c;

	memset(count, 0, sizeof(count));
	for (row = 0; row < splitter->table->n_rows; row++)
	{
		if (split->side[row] != ML_SIDE_UNUSED)
			count[split->side[row]][ml_splitter_class(splitter, row)]++;
	}
	for (c = 0; c < splitter->n_classes; c++)
	{
		split->n_train += count[ML_SIDE_TRAIN][c];
		split->n_validate += count[ML_SIDE_VALIDATE][c];
		split->n_holdout += count[ML_SIDE_HOLDOUT][c];
	}
	ML_TRY(check_side(splitter, count[ML_SIDE_TRAIN], "train on", false));
	if (split->rule.method == ML_SPLIT_NONE || split->rule.cross_validated)
		return ML_OK;
	may_lack = splitter->n_classes > 2 && split->n_holdout > 0;
	return check_side(splitter, count[ML_SIDE_HOLDOUT], "hold out", may_lack);
}

MlStatus
ml_split_make(MlEnv *env, const MlTable *table, const MlTarget *target,
			  const MlSplitOptions *options, MlSplit *split)
{
	MlSplitter	splitter;
	bool		has_validation = false;

	memset(&splitter, 0, sizeof(splitter));
	splitter.env = env;
	splitter.table = table;
	splitter.target = target;
	splitter.options = options;
	splitter.split = split;
	splitter.n_classes = target->task == ML_CLASSIFICATION ? target->n_classes : 1;
	ML_TRY(check_options(env, options));
	ML_TRY(begin_split(&splitter));

	switch (options->method)
	{
		case ML_SPLIT_RANDOM:
			ML_TRY(split_randomly(&splitter));
			break;
		case ML_SPLIT_TIME:
			ML_TRY(ml_split_by_time(&splitter));
			break;
		case ML_SPLIT_GROUP:
			if (inherit_holdout(&splitter))
				apply_holdout(&splitter);
			else
				ML_TRY(ml_split_by_group(&splitter));
			break;
		case ML_SPLIT_COLUMN:
			ML_TRY(ml_split_by_column(&splitter, &has_validation));
			break;
		case ML_SPLIT_NONE:
			break;
	}
	if (!has_validation && !split->rule.cross_validated)
		ML_TRY(make_validation(&splitter));
	ML_TRY(count_sides(&splitter));
	end_split(&splitter);
	return ML_OK;
}
