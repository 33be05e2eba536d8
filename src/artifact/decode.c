/*
 * artifact/decode.c
 *		Bytes back to a model. See docs/artifact.md.
 *
 * The bytes may come from anywhere, so nothing is believed: counts are
 * compared with the bytes that are left before memory is taken, and what was
 * read goes through ml_model_check() and the algorithm's own checks.
 */
#include <float.h>
#include <string.h>

#include "artifact/format.h"

#define DAMAGED "model is damaged"

/* Least bytes of one stored thing, to bound counts. */
#define FEATURE_BYTES 20
#define LEVEL_BYTES 4
#define INPUT_BYTES 32
#define GROUP_COLUMN_BYTES 8

static MlStatus read_header(MlEnv *env, const uint8_t *bytes, size_t length, uint32_t *format);
static MlStatus read_labels(MlEnv *env, MlReader *reader, MlModel *model);
static MlStatus read_feature(MlEnv *env, MlReader *reader, MlFeature *feature);
static MlStatus read_inputs(MlEnv *env, MlReader *reader, MlSignature *signature);
static MlStatus read_groups(MlEnv *env, MlReader *reader, const MlSignature *signature, MlGroups *groups);
static MlStatus read_group_column(MlEnv *env, MlReader *reader, const MlSignature *signature,
								  MlGroupColumn *column);
static MlStatus read_fitted(MlEnv *env, MlReader *reader, MlModel *model);
static MlStatus read_residuals(MlEnv *env, MlReader *reader, MlTask task, MlResiduals *residuals);
static MlStatus read_algorithm(MlEnv *env, MlReader *reader, MlModel *model);
static MlStatus read_count(MlEnv *env, MlReader *reader, size_t least_bytes, int most, int *count);
static MlStatus read_flag(MlEnv *env, MlReader *reader, bool *flag);
static MlStatus cut_off(MlEnv *env);

MlStatus
ml_model_decode(MlEnv *env, const void *bytes, size_t length, MlModel *model)
{
	MlReader	reader;

	memset(model, 0, sizeof(*model));
	ml_reader_begin(&reader, bytes, length);
	ML_TRY(read_header(env, bytes, length, &reader.format));
	reader.position = ML_ARTIFACT_HEADER;

	model->task = (MlTask) ml_read_u32(&reader);
	ML_TRY(read_labels(env, &reader, model));
	model->threshold = ml_read_f64(&reader);
	ML_TRY(ml_read_name(env, &reader, &model->target));
	ML_TRY(ml_read_signature(env, &reader, &model->signature));
	if (reader.format >= 2)
		ML_TRY(read_groups(env, &reader, &model->signature, &model->groups));
	ML_TRY(read_algorithm(env, &reader, model));
	ML_TRY(ml_model_check(env, model, ML_CORRUPT, DAMAGED));
	if (model->task != ML_CLASSIFICATION && model->threshold != 0)
		return ml_fail(env, ML_CORRUPT, DAMAGED ": it has a threshold but predicts no class");
	ML_TRY(read_fitted(env, &reader, model));
	if (reader.format >= 2)
		ML_TRY(read_residuals(env, &reader, model->task, &model->residuals));
	if (reader.position != reader.length)
		return ml_fail(env, ML_CORRUPT, DAMAGED ": there are bytes behind its end");
	return ML_OK;
}

static MlStatus
read_header(MlEnv *env, const uint8_t *bytes, size_t length, uint32_t *format)
{
	MlReader	reader;
	uint32_t	crc;

	if (length < ML_ARTIFACT_HEADER || memcmp(bytes, ML_ARTIFACT_MAGIC, 8) != 0)
		return ml_fail(env, ML_CORRUPT, "these bytes are not a model");
	if ((uintptr_t) bytes % 8 != 0)
		return ml_fail(env, ML_CORRUPT, "model bytes are not aligned");
	ml_reader_begin(&reader, bytes, length);
	reader.position = 8;
	*format = ml_read_u32(&reader);
	crc = ml_read_u32(&reader);
	if (*format < 1 || *format > ML_FORMAT)
	{
		(void) ml_fail(env, ML_CORRUPT, "model has format version %u, but only 1 to %u can be read",
					   *format, ML_FORMAT);
		ml_hint(env, "The model may have been made by a newer version of the extension.");
		return ML_CORRUPT;
	}
	if (ml_read_u64(&reader) != length)
		return ml_fail(env, ML_CORRUPT, DAMAGED ": its length is wrong");
	if (ml_crc32c(env->simd, bytes + ML_ARTIFACT_SUMMED_AT, length - ML_ARTIFACT_SUMMED_AT) != crc)
		return ml_fail(env, ML_CORRUPT, DAMAGED ": its checksum is wrong");
	return ML_OK;
}

static MlStatus
read_labels(MlEnv *env, MlReader *reader, MlModel *model)
{
	int			i;

	ML_TRY(read_count(env, reader, LEVEL_BYTES, ML_MAX_CLASSES, &model->n_classes));
	model->labels = ml_allocate(env, (size_t) model->n_classes + 1, sizeof(char *));
	if (model->labels == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < model->n_classes; i++)
	{
		ML_TRY(ml_read_name(env, reader, &model->labels[i]));
		if (model->labels[i] == NULL)
			return ml_fail(env, ML_CORRUPT, DAMAGED ": a label is absent");
	}
	return ML_OK;
}

MlStatus
ml_read_signature(MlEnv *env, MlReader *reader, MlSignature *signature)
{
	int			i;

	ML_TRY(ml_read_name(env, reader, &signature->time_zone));
	ML_TRY(read_flag(env, reader, &signature->nan_is_missing));
	ML_TRY(read_count(env, reader, FEATURE_BYTES, ML_ARTIFACT_MAX_FEATURES,
					  &signature->n_features));
	signature->features = ml_allocate(env, (size_t) signature->n_features + 1, sizeof(MlFeature));
	if (signature->features == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < signature->n_features; i++)
		ML_TRY(read_feature(env, reader, &signature->features[i]));
	return read_inputs(env, reader, signature);
}

static MlStatus
read_feature(MlEnv *env, MlReader *reader, MlFeature *feature)
{
	int			i;

	ML_TRY(ml_read_name(env, reader, &feature->name));
	feature->type = (MlType) ml_read_u32(reader);
	feature->first_input = (int) ml_read_u32(reader);
	feature->n_inputs = (int) ml_read_u32(reader);
	ML_TRY(read_count(env, reader, LEVEL_BYTES, ML_MAX_LEVELS, &feature->n_levels));
	feature->level = ml_allocate(env, (size_t) feature->n_levels + 1, sizeof(char *));
	feature->level_length = ml_allocate(env, (size_t) feature->n_levels + 1, sizeof(uint32_t));
	if (feature->level == NULL || feature->level_length == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < feature->n_levels; i++)
	{
		size_t		length;

		feature->level[i] = ml_read_text(reader, &length);
		feature->level_length[i] = (uint32_t) length;
		if (feature->level[i] == NULL)
			return ml_fail(env, ML_CORRUPT, DAMAGED ": a level is absent");
	}
	return ML_OK;
}

static MlStatus
read_inputs(MlEnv *env, MlReader *reader, MlSignature *signature)
{
	int			i;

	ML_TRY(read_count(env, reader, INPUT_BYTES, ML_ARTIFACT_MAX_FEATURES * ML_MAX_TIME_PARTS,
					  &signature->n_inputs));
	signature->inputs = ml_allocate(env, (size_t) signature->n_inputs + 1, sizeof(MlInput));
	if (signature->inputs == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < signature->n_inputs; i++)
	{
		MlInput    *input = &signature->inputs[i];

		input->feature = (int) ml_read_u32(reader);
		input->part = (MlPart) ml_read_u8(reader);
		ML_TRY(read_flag(env, reader, &input->category));
		ML_TRY(read_flag(env, reader, &input->has_other));
		ML_TRY(read_flag(env, reader, &input->has_missing));
		input->n_levels = (int) ml_read_u32(reader);
		input->mode = (int) ml_read_u32(reader);
		input->mean = ml_read_f64(reader);
		input->sd = ml_read_f64(reader);
	}
	return ml_reader_failed(reader) ? cut_off(env) : ML_OK;
}

/* Features are checked later, but their kind tells numbers from texts. */
static MlStatus
read_group_column(MlEnv *env, MlReader *reader, const MlSignature *signature, MlGroupColumn *column)
{
	double	   *number;
	int			i;

	column->feature = (int) ml_read_u32(reader);
	if (column->feature < 0 || column->feature >= signature->n_features)
		return ml_fail(env, ML_CORRUPT, DAMAGED ": it tells rows apart by a feature that does not exist");
	ML_TRY(read_count(env, reader, LEVEL_BYTES, ML_MAX_GROUPS, &column->n_values));
	if (ml_type_kind(signature->features[column->feature].type) != ML_KIND_CATEGORY)
	{
		column->number = number = ml_allocate(env, (size_t) column->n_values + 1, sizeof(double));
		if (number == NULL)
			return ML_OUT_OF_MEMORY;
		for (i = 0; i < column->n_values; i++)
			number[i] = ml_read_f64(reader);
		return ml_reader_failed(reader) ? cut_off(env) : ML_OK;
	}
	column->text = ml_allocate(env, (size_t) column->n_values + 1, sizeof(char *));
	column->length = ml_allocate(env, (size_t) column->n_values + 1, sizeof(uint32_t));
	if (column->text == NULL || column->length == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < column->n_values; i++)
	{
		ML_TRY(ml_read_name(env, reader, &column->text[i]));
		if (column->text[i] == NULL)
			return ml_fail(env, ML_CORRUPT, DAMAGED ": the value of a group is absent");
		column->length[i] = (uint32_t) strlen(column->text[i]);
	}
	return ML_OK;
}

static MlStatus
read_groups(MlEnv *env, MlReader *reader, const MlSignature *signature, MlGroups *groups)
{
	int64_t		n_places;
	int64_t		i;

	ML_TRY(read_count(env, reader, GROUP_COLUMN_BYTES, ML_MAX_GROUP_COLUMNS, &groups->n_columns));
	if (groups->n_columns == 0)
		return ML_OK;
	groups->columns = ml_allocate(env, (size_t) groups->n_columns, sizeof(MlGroupColumn));
	if (groups->columns == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < groups->n_columns; i++)
		ML_TRY(read_group_column(env, reader, signature, &groups->columns[i]));
	ML_TRY(read_count(env, reader, sizeof(uint32_t) * (size_t) groups->n_columns, ML_MAX_GROUPS,
					  &groups->n_groups));
	n_places = (int64_t) groups->n_groups * groups->n_columns;
	groups->place = ml_allocate(env, (size_t) n_places + 1, sizeof(int32_t));
	if (groups->place == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n_places; i++)
		groups->place[i] = (int32_t) ml_read_u32(reader);
	return ml_reader_failed(reader) ? cut_off(env) : ML_OK;
}

/* The model of all rows, then those of groups. */
static MlStatus
read_fitted(MlEnv *env, MlReader *reader, MlModel *model)
{
	const MlAlgorithm *algorithm = model->algorithm;
	int			g;

	ML_TRY(algorithm->decode(env, reader, &model->signature, model->task, model->n_classes, &model->fitted));
	model->group_fitted = ml_allocate(env, (size_t) model->groups.n_groups + 1, sizeof(void *));
	if (model->group_fitted == NULL)
		return ML_OUT_OF_MEMORY;
	for (g = 0; g < model->groups.n_groups; g++)
	{
		bool		own = false;

		ML_TRY(read_flag(env, reader, &own));
		if (own)
			ML_TRY(algorithm->decode(env, reader, &model->signature, model->task, model->n_classes,
									 &model->group_fitted[g]));
	}
	return ml_reader_failed(reader) ? cut_off(env) : ML_OK;
}

static MlStatus
read_residuals(MlEnv *env, MlReader *reader, MlTask task, MlResiduals *residuals)
{
	uint64_t	n_rows = ml_read_u64(reader);
	bool		sound = true;
	int			i;

	ML_TRY(read_count(env, reader, sizeof(double), ML_MAX_RESIDUALS, &residuals->n));
	residuals->size = ml_read_array(reader, (size_t) residuals->n, sizeof(double));
	if (ml_reader_failed(reader))
		return cut_off(env);
	for (i = 0; i < residuals->n; i++)
		sound = sound && residuals->size[i] >= (i == 0 ? 0 : residuals->size[i - 1]) && residuals->size[i] <= DBL_MAX;
	if (!sound || n_rows > INT64_MAX / ML_MAX_RESIDUALS / 2 || n_rows < (uint64_t) residuals->n ||
		(residuals->n == 0) != (n_rows == 0) || (task != ML_REGRESSION && n_rows > 0))
		return ml_fail(env, ML_CORRUPT, DAMAGED ": its residuals are not possible");
	residuals->n_rows = (int64_t) n_rows;
	return ML_OK;
}

static MlStatus
read_algorithm(MlEnv *env, MlReader *reader, MlModel *model)
{
	const char *name;

	ML_TRY(ml_read_name(env, reader, &name));
	if (name == NULL || !ml_text_valid(name, strlen(name)))
		return ml_fail(env, ML_CORRUPT, DAMAGED ": it has no algorithm");
	model->algorithm = ml_algorithm_find(name);
	if (model->algorithm == NULL)
		return ml_fail(env, ML_CORRUPT, DAMAGED ": there is no algorithm \"%.64s\"", name);
	return ML_OK;
}

/* A terminated copy of a text without zero bytes; NULL for NULL. */
MlStatus
ml_read_name(MlEnv *env, MlReader *reader, const char **name)
{
	size_t		length;
	const char *text = ml_read_text(reader, &length);

	*name = NULL;
	if (ml_reader_failed(reader))
		return cut_off(env);
	if (text == NULL)
		return ML_OK;
	if (memchr(text, 0, length) != NULL)
		return ml_fail(env, ML_CORRUPT, DAMAGED ": a name has a zero byte");
	*name = ml_copy_text(env, text, length);
	return *name == NULL ? ML_OUT_OF_MEMORY : ML_OK;
}

/* How many things follow: at most `most`, each of at least `least_bytes` that are still there. */
static MlStatus
read_count(MlEnv *env, MlReader *reader, size_t least_bytes, int most, int *count)
{
	uint32_t	stored = ml_read_u32(reader);

	if (ml_reader_failed(reader) ||
		stored > (reader->length - reader->position) / least_bytes)
		return cut_off(env);
	if (stored > (uint32_t) most)
		return ml_fail(env, ML_CORRUPT, DAMAGED ": it has %u of something that it can have %d of",
					   stored, most);
	*count = (int) stored;
	return ML_OK;
}

static MlStatus
read_flag(MlEnv *env, MlReader *reader, bool *flag)
{
	uint8_t		stored = ml_read_u8(reader);

	if (stored > 1)
		return ml_fail(env, ML_CORRUPT, DAMAGED ": a flag is neither yes nor no");
	*flag = stored == 1;
	return ML_OK;
}

static MlStatus
cut_off(MlEnv *env)
{
	return ml_fail(env, ML_CORRUPT, DAMAGED ": it is cut off");
}
