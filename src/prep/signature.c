/*
 * prep/signature.c
 *		Learn what the inputs of a model are: levels, means, deviations.
 *
 * Everything learnt depends on the set of training rows alone. Means are
 * exact sums divided once; deviations are exact sums of the squared distances
 * to that mean. Values whose squares would leave the range of doubles are
 * scaled by a power of two first, which changes no bit of the others.
 * Levels are the most frequent categories, ties by byte order, numbered in
 * byte order so that scoring can look them up by binary search.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "math/sum.h"
#include "prep/timeparts.h"

#define STOP_ROWS		4096

typedef struct Fitter
{
	MlEnv	   *env;
	const uint32_t *rows;
	int64_t		n_rows;
	int			max_levels;
} Fitter;

/*
 * Numbers and parts of times
 */

/* A factor that keeps squares of values up to `most` inside the range. */
static double
safe_scale(double most)
{
	if (most > 0x1p490)
		return 0x1p-600;
	if (most < 0x1p-400)
		return 0x1p600;
	return 1.0;
}

/* Least and greatest present value, and how many there are. */
static MlStatus
find_range(const Fitter *fitter, const double *number, MlPart part, double *least, double *most,
           int64_t *present)
{
	int64_t		i;

	*least = INFINITY;
	*most = -INFINITY;
	*present = 0;
	for (i = 0; i < fitter->n_rows; i++)
	{
		double		value = number[fitter->rows[i]];

		if (i % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(fitter->env));
		if (part != ML_PART_VALUE)
			value = ml_time_part(value, part);
		if (isnan(value))
			continue;
		if (value < *least)
			*least = value;
		if (value > *most)
			*most = value;
		(*present)++;
	}
	*least += 0.0;				/* 0 and -0 are equal: do not keep the first of them */
	return ML_OK;
}

/* Sum of (value * scale - center) to the power of 1 or 2, exact, rounded once. */
static MlStatus
sum_powers(const Fitter *fitter, const double *number, MlPart part,
		   double scale, double center, bool squares, double *result)
{
	MlExactSum	sum;
	double		block[STOP_ROWS];
	int64_t		i = 0;

	ml_sum_begin(&sum);
	while (i < fitter->n_rows)
	{
		int64_t		end = i + STOP_ROWS < fitter->n_rows ? i + STOP_ROWS : fitter->n_rows;
		size_t		n = 0;

		ML_TRY(ml_check_stop(fitter->env));
		for (; i < end; i++)
		{
			double		value = number[fitter->rows[i]];

			if (part != ML_PART_VALUE)
				value = ml_time_part(value, part);
			if (isnan(value))
				continue;
			value = value * scale - center;
			block[n++] = squares ? value * value : value;
		}
		ml_sum_add_array(&sum, block, n);
	}
	*result = ml_sum_value(&sum);
	return ML_OK;
}

static MlStatus
fit_number(const Fitter *fitter, const MlColumn *column, MlInput *input)
{
	double		least;
	double		most;
	double		scale;
	double		total;
	double		squares;
	double		mean;
	int64_t		present;

	ML_TRY(find_range(fitter, column->number, input->part, &least, &most, &present));
	input->has_missing = present < fitter->n_rows;
	input->mean = present > 0 ? least : 0;
	input->sd = 1;
	if (present == 0 || least == most)
		return ML_OK;

	scale = safe_scale(fmax(fabs(least), fabs(most)));
	ML_TRY(sum_powers(fitter, column->number, input->part, scale, 0, false, &total));
	mean = total / (double) present;
	ML_TRY(sum_powers(fitter, column->number, input->part, scale, mean, true, &squares));
	input->mean = mean / scale;
	input->sd = sqrt(squares / (double) present) / scale;
	if (!(input->sd > 0))
		input->sd = 1;
	return ML_OK;
}

void
ml_input_learn(MlInput *input, double present, double n_rows, double least, double greatest, double mean,
			   double squares)
{
	input->has_missing = present < n_rows;
	input->mean = present > 0 ? least + 0.0 : 0;	/* 0 and -0 are equal */
	input->sd = 1;
	if (present == 0 || least == greatest)
		return;
	input->mean = mean;
	input->sd = sqrt(squares / present);
	if (!(input->sd > 0))
		input->sd = 1;
}

/*
 * Categories
 */

/* Occurrences of each code in the rows; the last is that of missing. */
static MlStatus
count_codes(const Fitter *fitter, const MlColumn *column, int64_t **counts)
{
	int32_t		n_entries = column->dictionary.n_entries;
	int64_t		i;

	*counts = ml_allocate(fitter->env, (size_t) n_entries + 1, sizeof(int64_t));
	if (*counts == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < fitter->n_rows; i++)
	{
		int32_t		code = column->code[fitter->rows[i]];

		if (i % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(fitter->env));
		(*counts)[code < 0 ? n_entries : code]++;
	}
	return ML_OK;
}

static int
compare_entries(const MlDictionary *dictionary, int32_t a, int32_t b)
{
	return ml_compare_bytes(dictionary->text[a], dictionary->length[a],
							dictionary->text[b], dictionary->length[b]);
}

/* True when category a is to be kept rather than b. */
static bool
more_frequent(const MlDictionary *dictionary, const int64_t *counts, int32_t a, int32_t b)
{
	if (counts[a] != counts[b])
		return counts[a] > counts[b];
	return compare_entries(dictionary, a, b) < 0;
}

/*
 * The most frequent categories, best first, by insertion into a short list.
 * *n_seen = categories in the rows.
 */
static MlStatus
keep_frequent(const Fitter *fitter, const MlDictionary *dictionary, const int64_t *counts,
			  int32_t *kept, int *n_kept, int64_t *n_seen)
{
	int32_t		code;

	*n_kept = 0;
	*n_seen = 0;
	for (code = 0; code < dictionary->n_entries; code++)
	{
		int			low = 0;
		int			high = *n_kept;

		if (code % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(fitter->env));
		if (counts[code] == 0)
			continue;
		(*n_seen)++;
		if (high == fitter->max_levels && !more_frequent(dictionary, counts, code, kept[high - 1]))
			continue;
		while (low < high)
		{
			int			middle = (low + high) / 2;

			if (more_frequent(dictionary, counts, code, kept[middle]))
				high = middle;
			else
				low = middle + 1;
		}
		if (*n_kept < fitter->max_levels)
			(*n_kept)++;
		memmove(&kept[low + 1], &kept[low], sizeof(int32_t) * (size_t) (*n_kept - 1 - low));
		kept[low] = code;
	}
	return ML_OK;
}

static void
sort_by_bytes(const MlDictionary *dictionary, int32_t *codes, int n)
{
	int			i;

	for (i = 1; i < n; i++)
	{
		int32_t		code = codes[i];
		int			at = i;

		for (; at > 0 && compare_entries(dictionary, code, codes[at - 1]) < 0; at--)
			codes[at] = codes[at - 1];
		codes[at] = code;
	}
}

static MlStatus
copy_levels(MlEnv *env, const MlDictionary *dictionary, const int32_t *codes, int n,
            MlFeature *feature)
{
	int			i;

	feature->n_levels = n;
	feature->level = ml_allocate(env, (size_t) n, sizeof(char *));
	feature->level_length = ml_allocate(env, (size_t) n, sizeof(uint32_t));
	if (feature->level == NULL || feature->level_length == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n; i++)
	{
		feature->level[i] =
			ml_copy_text(env, dictionary->text[codes[i]], dictionary->length[codes[i]]);
		if (feature->level[i] == NULL)
			return ML_OUT_OF_MEMORY;
		feature->level_length[i] = dictionary->length[codes[i]];
	}
	return ML_OK;
}

MlStatus
ml_feature_learn(MlEnv *env, const char *name, const MlDictionary *dictionary, const int64_t *counts,
				 int64_t n_unlisted, int max_levels, MlFeature *feature, MlInput *input)
{
	Fitter		fitter = {env, NULL, 0, max_levels};
	int32_t		kept[ML_MAX_LEVELS + 1];
	int32_t		most_frequent;
	int64_t		n_seen;
	int			n_kept;

	ML_TRY(keep_frequent(&fitter, dictionary, counts, kept, &n_kept, &n_seen));
	n_seen += n_unlisted;
	most_frequent = n_kept > 0 ? kept[0] : -1;
	sort_by_bytes(dictionary, kept, n_kept);
	ML_TRY(copy_levels(env, dictionary, kept, n_kept, feature));

	input->category = true;
	input->n_levels = n_kept;
	input->has_other = n_seen > n_kept;
	input->has_missing = counts[dictionary->n_entries] > 0;
	for (input->mode = 0; input->mode < n_kept && kept[input->mode] != most_frequent;)
		input->mode++;
	input->sd = 1;
	if (input->has_other)
		ml_warn(env, "column \"%s\" has %lld categories: the %d most frequent are kept, the rest counts as \"other\"",
			name, (long long) n_seen, n_kept);
	return ML_OK;
}

static MlStatus
fit_category(const Fitter *fitter, const MlColumn *column, MlFeature *feature, MlInput *input)
{
	int64_t    *counts;

	ML_TRY(count_codes(fitter, column, &counts));
	ML_TRY(ml_feature_learn(fitter->env, column->name, &column->dictionary, counts, 0,
							fitter->max_levels, feature, input));
	ml_release(fitter->env, counts);
	return ML_OK;
}

/*
 * Features
 */

static int
count_inputs(MlType type)
{
	return ml_type_kind(type) == ML_KIND_TIME ? ml_n_time_parts(type) : 1;
}

static MlStatus
fit_feature(const Fitter *fitter, const MlColumn *column, int number, MlSignature *signature)
{
	MlFeature  *feature = &signature->features[number];
	MlInput    *inputs = &signature->inputs[signature->n_inputs];
	MlKind		kind = ml_type_kind(column->type);
	int			i;

	feature->name = ml_copy_text(fitter->env, column->name, strlen(column->name));
	if (feature->name == NULL)
		return ML_OUT_OF_MEMORY;
	feature->type = column->type;
	feature->first_input = signature->n_inputs;
	feature->n_inputs = count_inputs(column->type);
	signature->n_inputs += feature->n_inputs;
	for (i = 0; i < feature->n_inputs; i++)
	{
		inputs[i].feature = number;
		inputs[i].part = kind == ML_KIND_TIME ? ml_time_part_at(i) : ML_PART_VALUE;
		if (kind == ML_KIND_CATEGORY)
			ML_TRY(fit_category(fitter, column, feature, &inputs[i]));
		else
			ML_TRY(fit_number(fitter, column, &inputs[i]));
	}
	return ML_OK;
}

/* Arrays for all features, and the time zone when a feature needs one. */
static MlStatus
begin_signature(MlEnv *env, const MlTable *table, const int *chosen, int n_chosen,
				const char *time_zone, MlSignature *signature)
{
	size_t		n_inputs = 0;
	bool		zoned = false;
	int			i;

	memset(signature, 0, sizeof(*signature));
	for (i = 0; i < n_chosen; i++)
	{
		n_inputs += (size_t) count_inputs(table->columns[chosen[i]].type);
		zoned = zoned || table->columns[chosen[i]].type == ML_TIMESTAMPTZ;
	}
	signature->features = ml_allocate(env, (size_t) n_chosen, sizeof(MlFeature));
	signature->inputs = ml_allocate(env, n_inputs, sizeof(MlInput));
	if (signature->features == NULL || signature->inputs == NULL)
		return ML_OUT_OF_MEMORY;
	signature->n_features = n_chosen;
	if (zoned && time_zone != NULL)
	{
		signature->time_zone = ml_copy_text(env, time_zone, strlen(time_zone));
		if (signature->time_zone == NULL)
			return ML_OUT_OF_MEMORY;
	}
	return ML_OK;
}

MlStatus
ml_signature_fit(MlEnv *env, const MlTable *table, const int *chosen, int n_chosen,
				 const uint32_t *rows, int64_t n_rows, int max_levels,
				 const char *time_zone, MlSignature *signature)
{
	Fitter		fitter = {env, rows, n_rows, max_levels};
	int			i;

	if (max_levels < 1 || max_levels > ML_MAX_LEVELS)
		return ml_fail(env, ML_INVALID_OPTION, "option \"max_categories\" must be between 1 and %d",
					   ML_MAX_LEVELS);
	ML_TRY(begin_signature(env, table, chosen, n_chosen, time_zone, signature));
	for (i = 0; i < n_chosen; i++)
	{
		ml_report(env, "encoding", (double) i / n_chosen, -1, -1, NAN);
		ML_TRY(ml_table_pin(table, chosen[i]));
		ML_TRY(fit_feature(&fitter, &table->columns[chosen[i]], i, signature));
		ml_table_unpin(table, chosen[i]);
	}
	return ML_OK;
}

int
ml_signature_find(const MlSignature *signature, const char *name, size_t length)
{
	int			i;

	for (i = 0; i < signature->n_features; i++)
	{
		const char *other = signature->features[i].name;

		if (strlen(other) == length && memcmp(other, name, length) == 0)
			return i;
	}
	return -1;
}

void
ml_input_name(const MlSignature *signature, int input, char *buffer, size_t size)
{
	static const char *const parts[] = {"", ".days", ".month", ".day", ".weekday", ".hour"};
	const MlInput *in = &signature->inputs[input];

	snprintf(buffer, size, "%s%s", signature->features[in->feature].name, parts[in->part]);
}
