/*
 * test_artifact.c
 *		Models as bytes: what goes in comes out, what is damaged is refused, and
 *		bytes made by an enemy do no harm.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "artifact/format.h"
#include "math/rng.h"
#include "unit.h"

#define N_ROWS 300
#define N_INPUTS 13				/* number, category, date (4), number, timestamptz (5), category */
#define N_MUTATIONS 5000

static const char *const colours[] = {"", "blue", "gr\xc3\xbcn", "red"};
static const char *const sizes[] = {"L", "M", "XL"};

static uint64_t random_state = 1;

static uint64_t
random64(void)
{
	random_state++;
	return ml_mix64(random_state);
}

static size_t
below(size_t n)
{
	return random64() % n;
}

/* Everything that a model is made of, in one place. */
typedef struct Sample
{
	MlEnv	   *env;
	MlModel		model;
	MlFrame		frame;
	MlFeature	features[7];
	MlGroupColumn group_columns[2];
	MlInput		inputs[N_INPUTS];
	MlInputColumn columns[N_INPUTS];
	const char *labels[ML_MAX_CLASSES + 1];
	uint8_t    *bytes;
	size_t		length;
} Sample;

static void
add_feature(Sample *sample, const char *name, MlType type, const char *const *levels, int n_levels)
{
	MlSignature *signature = &sample->model.signature;
	MlFeature  *feature = &signature->features[signature->n_features];
	MlKind		kind = ml_type_kind(type);
	int			i;

	feature->name = name;
	feature->type = type;
	feature->first_input = signature->n_inputs;
	feature->n_inputs = kind != ML_KIND_TIME ? 1 : type == ML_DATE ? 4 : 5;
	feature->n_levels = n_levels;
	feature->level = ml_allocate(sample->env, 8, sizeof(char *));
	feature->level_length = ml_allocate(sample->env, 8, sizeof(uint32_t));
	for (i = 0; i < n_levels; i++)
	{
		feature->level[i] = levels[i];
		feature->level_length[i] = (uint32_t) strlen(levels[i]);
	}
	for (i = 0; i < feature->n_inputs; i++)
	{
		MlInput    *input = &signature->inputs[signature->n_inputs++];

		input->feature = signature->n_features;
		input->part = kind == ML_KIND_TIME ? (MlPart) (ML_PART_DAYS + i) : ML_PART_VALUE;
		input->category = kind == ML_KIND_CATEGORY;
		input->n_levels = n_levels;
		input->mode = n_levels > 0 ? 1 : 0;
		input->has_other = n_levels == 4;
		input->has_missing = true;
		input->mean = 0.5;
		input->sd = 0.25;
	}
	signature->n_features++;
}

/* Random values in every input, missing ones too. */
static void
fill_frame(Sample *sample)
{
	int			i;
	int			k;

	sample->frame.n_rows = N_ROWS;
	sample->frame.n_inputs = N_INPUTS;
	sample->frame.columns = sample->columns;
	for (k = 0; k < N_INPUTS; k++)
	{
		double	   *number = ml_allocate(sample->env, N_ROWS, sizeof(double));
		uint16_t   *code = ml_allocate(sample->env, N_ROWS, sizeof(uint16_t));

		for (i = 0; i < N_ROWS; i++)
		{
			bool		missing = below(10) == 0;
			int			n_levels = sample->inputs[k].n_levels;

			number[i] = missing ? NAN : ml_hash_uniform(random64());
			code[i] = missing ? ML_CODE_MISSING :
				(uint16_t) below((size_t) n_levels + sample->inputs[k].has_other + (n_levels == 0));
		}
		if (sample->inputs[k].category)
			sample->columns[k].code = code;
		else
			sample->columns[k].number = number;
	}
}

static MlStatus
fit_sample(Sample *sample, const MlAlgorithm *algorithm, MlTask task)
{
	MlEnv	   *env = sample->env;
	double		parameters[ML_MAX_PARAMETERS];
	double	   *y = ml_allocate(env, N_ROWS, sizeof(double));
	uint64_t   *identity = ml_allocate(env, N_ROWS, sizeof(uint64_t));
	uint32_t   *rows = ml_allocate(env, N_ROWS, sizeof(uint32_t));
	MlFitInput	input;
	MlFitted	fitted;
	int			i;

	for (i = 0; i < N_ROWS; i++)
	{
		double		signal = sample->columns[0].number[i] + (sample->columns[1].code[i] % 2) * 0.7;

		signal = (signal == signal ? signal : 0.3) + ml_hash_uniform(random64()) * 0.5;
		y[i] = task == ML_REGRESSION ? signal : sample->model.n_classes > 2 ? (signal > 0.7) + (signal > 1.2) : signal > 1;
		identity[i] = random64();
		rows[i] = (uint32_t) i;
	}
	memset(&input, 0, sizeof(input));
	ML_TRY(ml_parameters_resolve(env, algorithm, NULL, 0, parameters));
	input.signature = &sample->model.signature;
	input.frame = &sample->frame;
	input.task = task;
	input.n_classes = sample->model.n_classes;
	input.y = y;
	input.identity = identity;
	input.rows = rows;
	input.n_rows = N_ROWS;
	input.parameters = parameters;
	if (ml_parameter_find(algorithm, "trees") >= 0)
		parameters[ml_parameter_index(algorithm, "trees")] = 10;
	ML_TRY(algorithm->fit(env, &input, &fitted));
	sample->model.fitted = fitted.model;
	return ML_OK;
}

static const double residuals[] = {0.0, 0.5, 0.5, 2.25};

static void
make_sample(Sample *sample, const MlAlgorithm *algorithm, MlTask task, int n_classes)
{
	MlModel    *model = &sample->model;

	memset(sample, 0, sizeof(*sample));
	sample->env = unit_env();
	model->task = task;
	model->algorithm = algorithm;
	model->target = ml_task_has_no_target(task) ? NULL : "gewählt";
	sample->labels[0] = "no";
	sample->labels[1] = "yes";
	sample->labels[2] = "yes, but";
	model->labels = sample->labels;
	model->n_classes = n_classes;
	model->threshold = n_classes > 2 ? 0 : 0.375;
	if (task == ML_REGRESSION)
		model->residuals = (MlResiduals) {10, 4, residuals};
	model->signature.features = sample->features;
	model->signature.inputs = sample->inputs;
	model->signature.time_zone = "Europe/Berlin";
	model->signature.nan_is_missing = true;
	add_feature(sample, "income", ML_DOUBLE, NULL, 0);
	add_feature(sample, "colour", ML_TEXT, colours, 4);
	add_feature(sample, "joined", ML_DATE, NULL, 0);
	add_feature(sample, "age", ML_INTEGER, NULL, 0);
	add_feature(sample, "seen", ML_TIMESTAMPTZ, NULL, 0);
	add_feature(sample, "size", ML_ENUM, sizes, 3);
	unit_ok(model->signature.n_inputs == N_INPUTS, "a sample for %s", algorithm->name);
	fill_frame(sample);
	unit_ok(fit_sample(sample, algorithm, task) == ML_OK, "%s fits task %d with %d classes: %s",
			algorithm->name, task, n_classes, sample->env->error.message);
	unit_ok(ml_model_encode(sample->env, model, &sample->bytes, &sample->length) == ML_OK,
			"and is encoded in %zu bytes: %s", sample->length, sample->env->error.message);
}

/* Tell rows apart by a column that is no feature and one that is; two of four groups have a model. */
static void
add_groups(Sample *sample)
{
	static const char *regions[] = {"", "nord", "s\xc3\xbc" "d"};
	static uint32_t lengths[] = {0, 4, 4};
	static const double ages[] = {-3, 41};
	static int32_t place[] = {0, 2, 1, 0, 1, 1, 3, 1};	/* 2, 3: missing */
	MlModel    *model = &sample->model;
	MlFeature  *region = &sample->features[model->signature.n_features++];

	region->name = "region";
	region->type = ML_VARCHAR;
	region->first_input = N_INPUTS;
	sample->group_columns[0] = (MlGroupColumn) {.feature = 6,.n_values = 3,.text = regions,.length = lengths};
	sample->group_columns[1] = (MlGroupColumn) {.feature = 3,.n_values = 2,.number = ages};
	model->groups = (MlGroups) {.n_columns = 2,.columns = sample->group_columns,.n_groups = 4,.place = place};
	model->group_fitted = ml_allocate(sample->env, 4, sizeof(void *));
	model->group_fitted[0] = model->fitted;
	unit_ok(fit_sample(sample, model->algorithm, model->task) == ML_OK, "a group is fitted");
	model->group_fitted[2] = model->fitted;
	unit_ok(fit_sample(sample, model->algorithm, model->task) == ML_OK, "and all rows are");
	unit_ok(ml_model_encode(sample->env, model, &sample->bytes, &sample->length) == ML_OK,
			"with its groups it has %zu bytes: %s", sample->length, sample->env->error.message);
}

/*
 * Tests
 */

static void
test_round_trip(const Sample *sample)
{
	const MlModel *before = &sample->model;
	MlModel		after;
	double		inputs[N_INPUTS];
	double		expected[ML_MAX_CLASSES];
	double		output[ML_MAX_CLASSES];
	uint8_t    *again;
	size_t		length;
	int			different = 0;
	int			i;

	unit_ok(ml_model_decode(sample->env, sample->bytes, sample->length, &after) == ML_OK,
			"it is decoded: %s", sample->env->error.message);
	unit_ok(after.task == before->task && after.algorithm == before->algorithm &&
			after.n_classes == before->n_classes && after.signature.n_inputs == N_INPUTS,
			"as what it was");
	if (ml_task_has_no_target(before->task))
		unit_ok(after.target == NULL, "without a target");
	else
		unit_text(after.target, "gewählt", "with the target");
	unit_text(after.signature.time_zone, "Europe/Berlin", "the time zone");
	unit_ok(after.signature.nan_is_missing, "and the rule for NaN");
	unit_text(after.signature.features[4].name, "seen", "the features");
	if (after.n_classes > 0)
	{
		unit_text(after.labels[1], "yes", "the labels");
		unit_near(after.threshold, before->task == ML_ANOMALY ? 0 : before->threshold, 0, "the threshold");
	}
	unit_ok(after.residuals.n_rows == before->residuals.n_rows && after.residuals.n == before->residuals.n &&
			(after.residuals.n == 0 || memcmp(after.residuals.size, residuals, sizeof(residuals)) == 0), "the residuals");
	if (after.n_classes == 3)
		unit_text(after.labels[2], "yes, but", "all labels");
	unit_ok(after.signature.features[1].level_length[2] == 5 &&
			memcmp(after.signature.features[1].level[2], "gr\xc3\xbcn", 5) == 0, "and the levels");
	unit_ok(after.signature.inputs[1].has_other && !after.signature.inputs[12].has_other &&
			after.signature.inputs[8].part == ML_PART_MONTH, "inputs too");
	for (i = 0; i < N_ROWS; i++)
	{
		int32_t		group = i % 5 - 1;
		const int32_t *of_group = ml_model_has_groups(before) ? &group : NULL;

		ml_frame_row(&sample->frame, i, inputs);
		ml_model_predict(before, of_group, inputs, 1, expected);
		ml_model_predict(&after, of_group, inputs, 1, output);
		different += memcmp(expected, output, sizeof(double) * (size_t) ml_model_n_outputs(before)) != 0;
		different += after.task == ML_CLASSIFICATION && ml_model_class(&after, output) != ml_model_class(before, expected);
	}
	unit_ok(different == 0, "every row is predicted with the same bits");
	unit_ok(ml_model_encode(sample->env, &after, &again, &length) == ML_OK &&
			length == sample->length && memcmp(again, sample->bytes, length) == 0,
			"and encoding it again gives the same bytes");
}

/* An exact copy on the heap, so that AddressSanitizer sees any step beyond it. */
static uint8_t *
copy_bytes(const uint8_t *bytes, size_t length, size_t room)
{
	uint8_t    *copy = malloc(room > 0 ? room : 1);

	memset(copy, 0, room);
	memcpy(copy, bytes, length < room ? length : room);
	return copy;
}

static void
fix_header(uint8_t *bytes, size_t length)
{
	uint64_t	stored = length;
	uint32_t	crc;

	if (length < ML_ARTIFACT_HEADER)
		return;
	memcpy(bytes + ML_ARTIFACT_SUMMED_AT, &stored, sizeof(stored));
	crc = ml_crc32c(ML_SIMD_NONE, bytes + ML_ARTIFACT_SUMMED_AT, length - ML_ARTIFACT_SUMMED_AT);
	memcpy(bytes + ML_ARTIFACT_CRC_AT, &crc, sizeof(crc));
}

/* Predicts whatever can be decoded; true when it could. */
static bool
try_bytes(const uint8_t *bytes, size_t length, MlStatus *status)
{
	MlEnv	   *env = unit_env();
	MlModel		model;
	double	   *inputs;
	double	   *outputs;
	int32_t		group;
	int			k;
	int			round;

	/* a few times the honest size: counts must be checked before allocating */
	unit_budget(env, 400000);
	*status = ml_model_decode(env, bytes, length, &model);
	if (*status != ML_OK)
		return false;
	inputs = malloc(sizeof(double) * (size_t) model.signature.n_inputs);
	outputs = malloc(sizeof(double) * (size_t) ml_model_n_outputs(&model));
	for (round = 0; round < 4; round++)
	{
		for (k = 0; k < model.signature.n_inputs; k++)
			inputs[k] = below(5) == 0 ? NAN : model.signature.inputs[k].category ?
				(double) below((size_t) model.signature.inputs[k].n_levels + 1) :
				ml_hash_uniform(random64()) * 2 - 0.5;
		for (group = -1; group < model.groups.n_groups; group++)
			ml_model_predict(&model, ml_model_has_groups(&model) ? &group : NULL, inputs, 1, outputs);
		if (model.task == ML_CLASSIFICATION && ml_model_class(&model, outputs) >= model.n_classes)
			unit_ok(false, "a class beyond the labels");
	}
	free(outputs);
	free(inputs);
	return true;
}

static void
mutate(uint8_t *bytes, size_t length)
{
	static const uint32_t words[] = {0, 1, 2, 255, 256, 0x7fffffff, 0x80000000, 0xffffffff, 0x7ff00000, 0x7ff80000};
	int			n = 1 + (int) below(3);

	while (n-- > 0)
	{
		/* half of the places in the signature, which comes first */
		size_t		at = below(2) == 0 ? below(length) : below(length < 900 ? length : 900);
		uint32_t	word = words[below(10)];
		size_t		from = below(length);

		switch (below(4))
		{
			case 0:
				bytes[at] ^= (uint8_t) (1 << below(8));
				break;
			case 1:
				bytes[at] = (uint8_t) random64();
				break;
			case 2:
				if (at / 4 * 4 + 4 <= length)
					memcpy(bytes + at / 4 * 4, &word, 4);
				break;
			default:
				if (at + 8 <= length && from + 8 <= length)
					memmove(bytes + at, bytes + from, 8);
		}
	}
}

static void
test_fuzz(const Sample *sample)
{
	int			decoded = 0;
	int			unnoticed = 0;
	int			bad_status = 0;
	int			i;

	for (i = 0; i < N_MUTATIONS; i++)
	{
		bool		fixed = i % 2 == 0;
		bool		resized = below(5) == 0;
		size_t		length = resized ? below(sample->length + 64) : sample->length;
		uint8_t    *bytes = copy_bytes(sample->bytes, sample->length, length);
		MlStatus	status;
		bool		changed;

		if (length > 0 && (!resized || below(2) == 0))
			mutate(bytes, length);
		if (fixed)
			fix_header(bytes, length);
		changed = length != sample->length || memcmp(bytes, sample->bytes, length) != 0;
		if (try_bytes(bytes, length, &status))
		{
			decoded++;
			unnoticed += changed && !fixed;
		}
		else
			bad_status += status != ML_CORRUPT;
		free(bytes);
	}
	unit_ok(unnoticed == 0, "%s: no damage escapes the checksum", sample->model.algorithm->name);
	unit_ok(bad_status == 0, "whatever is refused is refused as damaged, within a small budget");
	unit_ok(decoded > N_MUTATIONS / 50 && decoded < N_MUTATIONS / 2,
			"%d of %d mutations decode and predict", decoded, N_MUTATIONS);
}

/* Cut at every length, with a right checksum. */
static void
test_truncation(const Sample *sample)
{
	size_t		step = sample->length / 1500 + 1;
	size_t		length;
	int			accepted = 0;
	MlStatus	status;

	for (length = 0; length < sample->length; length += length < 1000 ? 1 : step)
	{
		uint8_t    *bytes = copy_bytes(sample->bytes, sample->length, length);

		fix_header(bytes, length);
		accepted += try_bytes(bytes, length, &status);
		free(bytes);
	}
	unit_ok(accepted == 0, "no truncation is accepted");
}

static void
test_header(const Sample *sample)
{
	uint8_t    *bytes = copy_bytes(sample->bytes, sample->length, sample->length + 8);
	MlModel		model;

	bytes[8] = 3;
	unit_ok(ml_model_decode(sample->env, bytes, sample->length, &model) == ML_CORRUPT, "version 3 is refused");
	unit_text(sample->env->error.message, "model has format version 3, but only 1 to 2 can be read", "by name");
	bytes[8] = 0;
	unit_ok(ml_model_decode(sample->env, bytes, sample->length, &model) == ML_CORRUPT, "and version 0");
	bytes[8] = ML_FORMAT;
	bytes[0] = 'X';
	unit_ok(ml_model_decode(sample->env, bytes, sample->length, &model) == ML_CORRUPT, "so is other magic");
	bytes[0] = 'M';
	bytes[sample->length - 1] ^= 1;
	unit_ok(ml_model_decode(sample->env, bytes, sample->length, &model) == ML_CORRUPT, "and a flipped bit");
	unit_text(sample->env->error.message, "model is damaged: its checksum is wrong", "by the checksum");
	bytes[sample->length - 1] ^= 1;
	fix_header(bytes, sample->length + 8);
	unit_ok(ml_model_decode(sample->env, bytes, sample->length + 8, &model) == ML_CORRUPT, "and bytes behind the end");
	unit_text(sample->env->error.message, "model is damaged: there are bytes behind its end", "with a reason");
	memmove(bytes + 1, sample->bytes, sample->length);
	unit_ok(ml_model_decode(sample->env, bytes + 1, sample->length, &model) == ML_CORRUPT, "and an odd address");
	free(bytes);
}

/* The last bytes are the residuals: rows, their number, and then they, aligned. */
static void
test_residuals(const Sample *sample)
{
	static const double wrong[] = {-1.0, 0.25, INFINITY, NAN};
	uint8_t    *bytes = copy_bytes(sample->bytes, sample->length, sample->length);
	double	   *last = (double *) (void *) (bytes + sample->length) - 1;
	MlModel		model;
	size_t		i;

	if (sample->model.task != ML_REGRESSION)
	{
		free(bytes);
		return;
	}
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
	{
		*last = wrong[i];
		fix_header(bytes, sample->length);
		unit_ok(ml_model_decode(sample->env, bytes, sample->length, &model) == ML_CORRUPT, "a residual of %g is refused",
				wrong[i]);
		unit_text(sample->env->error.message, "model is damaged: its residuals are not possible", "by name");
	}
	*last = 2.25;
	fix_header(bytes, sample->length);
	unit_ok(ml_model_decode(sample->env, bytes, sample->length, &model) == ML_OK, "the right one is not");
	free(bytes);
}

/* The last feature claims an input that is not there. */
static void
test_missing_input(const Sample *sample)
{
	const char *name = sample->model.algorithm->name;
	uint32_t	name_length = (uint32_t) strlen(name);
	uint32_t	n_inputs = N_INPUTS - 1;
	size_t		length = sample->length - 32;
	uint8_t    *bytes = copy_bytes(sample->bytes, sample->length, sample->length);
	size_t		end = ML_ARTIFACT_HEADER;
	MlModel		model;

	/* the inputs end where the algorithm's name begins */
	while (memcmp(bytes + end, &name_length, 4) != 0 || memcmp(bytes + end + 4, name, name_length) != 0)
		end++;
	end -= sizeof(uint32_t);	/* no columns that tell groups apart */
	memcpy(bytes + end - N_INPUTS * 32 - 4, &n_inputs, 4);
	memmove(bytes + end - 32, bytes + end, sample->length - end);
	fix_header(bytes, length);
	unit_ok(ml_model_decode(sample->env, bytes, length, &model) == ML_CORRUPT, "an input less is refused");
	unit_text(sample->env->error.message, "model is damaged: feature 6 has another number of inputs",
			  "by the feature that misses it");
	free(bytes);
}

/* A model that could not be read again is not written. */
static void
refuse(Sample *sample, const char *what, const char *message)
{
	uint8_t    *bytes;
	size_t		length;

	unit_ok(ml_model_encode(sample->env, &sample->model, &bytes, &length) == ML_INVALID_DATA,
			"%s is not encoded", what);
	unit_text(sample->env->error.message, message, "with the reason");
}

static void
test_refusals(Sample *sample)
{
	MlModel    *model = &sample->model;
	MlSignature *signature = &model->signature;

	model->threshold = 1.5;
	refuse(sample, "a threshold of 1.5", "model cannot be stored: its threshold is not between 0 and 1");
	model->threshold = 0.5;
	sample->labels[0] = "yes";
	refuse(sample, "one label twice", "model cannot be stored: its labels are equal");
	sample->labels[0] = "no";
	sample->features[0].name = "b\xff";
	refuse(sample, "a name of bad bytes", "model cannot be stored: feature 1 has a name that is not valid");
	sample->features[0].name = "colour";
	refuse(sample, "one name twice", "model cannot be stored: feature 2 has the name of another one");
	sample->features[0].name = "income";
	sample->features[1].level[3] = "amber";
	refuse(sample, "levels out of order", "model cannot be stored: feature 2 has levels that do not ascend");
	sample->features[1].level[3] = "red";
	sample->inputs[0].sd = 0;
	refuse(sample, "a deviation of 0", "model cannot be stored: feature 1 has a mean or deviation that is not valid");
	sample->inputs[0].sd = 1;
	signature->time_zone = NULL;
	refuse(sample, "timestamptz without time zone", "model cannot be stored: feature 5 needs a time zone");
	signature->time_zone = "UTC";
}

/* Classes and labels that do not go together. */
static void
test_class_refusals(Sample *sample)
{
	MlModel    *model = &sample->model;
	char		names[ML_MAX_CLASSES + 1][8];
	int			i;

	model->threshold = 0.5;
	refuse(sample, "a threshold of three classes", "model cannot be stored: it has a threshold but more than two classes");
	model->threshold = 0;
	sample->labels[2] = "yes";
	refuse(sample, "one of three labels twice", "model cannot be stored: its labels do not ascend");
	sample->labels[2] = "maybe";
	refuse(sample, "labels out of order", "model cannot be stored: its labels do not ascend");
	sample->labels[2] = "yes\xff";
	refuse(sample, "a label of bad bytes", "model cannot be stored: a label is not valid UTF-8");
	model->n_classes = 1;
	refuse(sample, "one class", "model cannot be stored: its number of classes is not possible");
	model->n_classes = -1;
	refuse(sample, "fewer than none", "model cannot be stored: its number of classes is not possible");
	for (i = 0; i <= ML_MAX_CLASSES; i++)
	{
		snprintf(names[i], sizeof(names[i]), "%03d", i);
		sample->labels[i] = names[i];
	}
	model->n_classes = ML_MAX_CLASSES + 1;
	refuse(sample, "a class too many", "model cannot be stored: its algorithm does not do so many classes");
}

/* A number of classes that the fitted part does not have. */
static void
test_other_classes(const Sample *sample)
{
	uint8_t    *bytes = copy_bytes(sample->bytes, sample->length, sample->length);
	uint32_t	n_classes;
	MlModel		model;

	memcpy(&n_classes, bytes + ML_ARTIFACT_HEADER + 4, 4);
	unit_ok(n_classes == 3, "the number of classes is where the format says");
	for (n_classes = 0; n_classes < 300; n_classes += n_classes == 4 ? 96 : 1)
	{
		memcpy(bytes + ML_ARTIFACT_HEADER + 4, &n_classes, 4);
		fix_header(bytes, sample->length);
		if (n_classes != 3 && ml_model_decode(sample->env, bytes, sample->length, &model) != ML_CORRUPT)
			unit_ok(false, "%u classes are refused", n_classes);
	}
	free(bytes);
}

/* Each row is predicted by the model of its group, in a batch as alone. */
static void
test_groups(const Sample *sample)
{
	const MlModel *model = &sample->model;
	int			width = ml_n_outputs(model->n_classes);
	double	   *inputs = ml_allocate(sample->env, N_ROWS * N_INPUTS, sizeof(double));
	double	   *batch = ml_allocate(sample->env, N_ROWS * ML_MAX_CLASSES, sizeof(double));
	int32_t		group[N_ROWS];
	double		output[ML_MAX_CLASSES];
	int			others = 0;
	int			different = 0;
	int			i;

	for (i = 0; i < N_ROWS; i++)
	{
		group[i] = (int32_t) below(5) - 1;
		ml_frame_row(&sample->frame, i, inputs + i * N_INPUTS);
	}
	ml_model_predict(model, group, inputs, N_ROWS, batch);
	for (i = 0; i < N_ROWS; i++)
	{
		const void *fitted = group[i] == 0 || group[i] == 2 ? model->group_fitted[group[i]] : model->fitted;

		model->algorithm->predict(fitted, &model->signature, inputs + i * N_INPUTS, 1, output);
		different += memcmp(output, batch + i * width, sizeof(double) * (size_t) width) != 0;
		model->algorithm->predict(model->fitted, &model->signature, inputs + i * N_INPUTS, 1, output);
		others += memcmp(output, batch + i * width, sizeof(double) * (size_t) width) != 0;
	}
	unit_ok(different == 0, "rows are predicted by the models of their groups");
	unit_ok(others > N_ROWS / 10, "which differ from that of all rows");
}

static void
test_group_refusals(Sample *sample)
{
	MlModel    *model = &sample->model;
	MlGroupColumn *column = sample->group_columns;
	const char *regions[] = {"", "nord", "nord"};
	static const double ages[] = {41, NAN};
	static int32_t place[] = {0, 2, 0, 2};
	MlGroups	groups = model->groups;
	MlGroupColumn kept = column[0];

	column[0].text = regions;
	refuse(sample, "a value twice", "model cannot be stored: the values of groups do not ascend");
	regions[2] = "s\xff" "d.";
	refuse(sample, "a value of bad bytes", "model cannot be stored: the value of a group is not valid");
	column[0] = kept;
	column[0].feature = 2;
	refuse(sample, "groups by a date", "model cannot be stored: feature 7 has another number of inputs");
	column[0] = kept;
	column[1].feature = 6;
	refuse(sample, "a column twice", "model cannot be stored: it tells rows apart by the same feature twice");
	column[1].feature = 7;
	refuse(sample, "a column that is not there", "model cannot be stored: it tells rows apart by a feature that does not exist");
	column[1].feature = 2;
	refuse(sample, "a time", "model cannot be stored: it tells rows apart by a feature that cannot");
	column[1].feature = 3;
	column[1].number = ages;
	refuse(sample, "a value of no number", "model cannot be stored: the value of a group is not valid");
	column[1].n_values = 1;
	refuse(sample, "a group with a value too far", "model cannot be stored: a group has a value that does not exist");
	column[1].n_values = 2;
	column[1].number = groups.columns[1].number = (const double[]) {1, 2};
	model->groups.place = place;
	model->groups.n_groups = 2;
	refuse(sample, "a group twice", "model cannot be stored: its groups do not ascend");
	model->groups.n_groups = 0;
	refuse(sample, "no group", "model cannot be stored: its number of groups is not valid");
	model->groups = (MlGroups) {.n_columns = 0};
	refuse(sample, "a feature without inputs", "model cannot be stored: feature 7 has another number of inputs");
}

static void
test_with_groups(const MlAlgorithm *algorithm, MlTask task, int n_classes)
{
	Sample		sample;

	make_sample(&sample, algorithm, task, n_classes);
	add_groups(&sample);
	test_round_trip(&sample);
	test_fuzz(&sample);
	test_truncation(&sample);
	test_groups(&sample);
	test_group_refusals(&sample);
}

static void
test_utf8(void)
{
	static const char *const good[] = {"", "a", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
	"\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "a\xe2\x82\xac" "b"};
	static const char *const bad[] = {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe2\x82",
	"\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc2\x20"};
	size_t		i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		unit_ok(ml_text_valid(good[i], strlen(good[i])), "text %zu is UTF-8", i);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		unit_ok(!ml_text_valid(bad[i], strlen(bad[i])), "text %zu is not", i);
	unit_ok(!ml_text_valid("a\0b", 3), "nor is one with a zero byte");
}

/*
 * A model that version 0.1.0 stored, in words of 32 bits, still predicts what
 * it predicted then, to the bit. test/data/README.md says how it was made.
 */
static void
test_format_1(const char *words_file, const char *rows_file)
{
	MlEnv	   *env = unit_env();
	int			n_rows;
	int			n_columns;
	int			n_words;
	double	   *words = unit_csv(words_file, &n_words, &n_columns);
	double	   *rows = unit_csv(rows_file, &n_rows, &n_columns);
	uint32_t   *bytes = ml_allocate(env, (size_t) n_words * 8, sizeof(uint32_t));
	uint64_t	length;
	MlModel		model;
	int			different = 0;
	int			i;

	for (i = 0; i < n_words * 8; i++)
		bytes[i] = (uint32_t) words[i];
	memcpy(&length, &bytes[4], sizeof(length));
	unit_ok(ml_model_decode(env, bytes, length, &model) == ML_OK, "%s is decoded: %s", words_file,
			env->error.message);
	for (i = 0; i < n_rows; i++)
	{
		const double *row = rows + i * n_columns;
		double		output;

		ml_model_predict(&model, NULL, row, 1, &output);
		different += output != row[n_columns - 1];
	}
	unit_ok(n_rows == 40 && different == 0, "and predicts the same bits (%d differ)", different);
}

/* Anomalies are learnt without a target, other tasks are not. */
static void
test_no_target(void)
{
	Sample		sample;
	MlModel		after;

	make_sample(&sample, ml_algorithm_find("isolation_forest"), ML_ANOMALY, 2);
	sample.model.n_classes = 0;
	refuse(&sample, "a target without classes",
		   "model cannot be stored: it has classes without a target, or a target without classes");
	sample.model.target = NULL;
	unit_ok(ml_model_encode(sample.env, &sample.model, &sample.bytes, &sample.length) == ML_OK &&
			ml_model_decode(sample.env, sample.bytes, sample.length, &after) == ML_OK,
			"anomalies have no target: %s", sample.env->error.message);
	unit_ok(after.target == NULL && after.n_classes == 0, "and it stays so");
	make_sample(&sample, ml_algorithm_find("linear"), ML_REGRESSION, 0);
	sample.model.target = NULL;
	refuse(&sample, "regression without a target",
		   "model cannot be stored: the name of its target is not valid");
	make_sample(&sample, ml_algorithm_find("kmeans"), ML_CLUSTERING, 0);
	sample.model.target = "x";
	refuse(&sample, "clusters with a target",
		   "model cannot be stored: the name of its target is not valid");
}

int
main(void)
{
	Sample		sample;
	int			a;
	int			task;

	for (a = 0; a < ml_n_algorithms; a++)
	{
		for (task = ML_REGRESSION; task <= ML_LAST_TASK; task++)
		{
			if ((ml_algorithms[a]->tasks & (1u << task)) == 0)
				continue;
			make_sample(&sample, ml_algorithms[a], (MlTask) task,
						task == ML_REGRESSION || ml_task_has_no_target((MlTask) task) ? 0 : 2);
			test_round_trip(&sample);
			test_fuzz(&sample);
			test_truncation(&sample);
			test_header(&sample);
			test_missing_input(&sample);
			test_residuals(&sample);
			if (task == ML_CLASSIFICATION)
				test_refusals(&sample);
		}
	}
	for (a = 0; a < ml_n_algorithms; a++)
	{
		if (ml_algorithms[a]->max_classes <= 2)
			continue;
		make_sample(&sample, ml_algorithms[a], ML_CLASSIFICATION, 3);
		test_round_trip(&sample);
		test_fuzz(&sample);
		test_truncation(&sample);
		test_other_classes(&sample);
		test_class_refusals(&sample);
	}
	test_with_groups(ml_algorithm_find("linear"), ML_REGRESSION, 0);
	test_with_groups(ml_algorithm_find("gbt"), ML_CLASSIFICATION, 3);
	test_with_groups(ml_algorithm_find("isolation_forest"), ML_ANOMALY, 2);
	test_format_1("artifact_v1_regression.csv", "artifact_v1_regression_rows.csv");
	test_format_1("artifact_v1_classes.csv", "artifact_v1_classes_rows.csv");
	test_no_target();
	test_utf8();
	return unit_done();
}
