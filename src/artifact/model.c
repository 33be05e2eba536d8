/*
 * artifact/model.c
 *		A model as bytes, and its prediction. See docs/artifact.md.
 */
#include <string.h>

#include "artifact/format.h"
#include "stats/metrics_multiclass.h"

static void write_header(MlWriter *writer);
static void write_groups(MlWriter *writer, const MlGroups *groups);
static MlStatus write_fitted(MlWriter *writer, const MlModel *model);
static void write_residuals(MlWriter *writer, const MlResiduals *residuals);
static void finish_header(MlWriter *writer);

MlStatus
ml_model_encode(MlEnv *env, const MlModel *model, uint8_t **bytes, size_t *length)
{
	MlWriter	writer;
	int			i;

	ML_TRY(ml_model_check(env, model, ML_INVALID_DATA, "model cannot be stored"));
	ml_writer_begin(&writer, env);
	write_header(&writer);
	ml_write_u32(&writer, (uint32_t) model->task);
	ml_write_u32(&writer, (uint32_t) model->n_classes);
	for (i = 0; i < model->n_classes; i++)
		ml_write_name(&writer, model->labels[i]);
	ml_write_f64(&writer, model->task == ML_CLASSIFICATION && model->n_classes == 2 ? model->threshold : 0);
	ml_write_name(&writer, model->target);
	ml_write_signature(&writer, &model->signature);
	write_groups(&writer, &model->groups);
	ml_write_name(&writer, model->algorithm->name);
	ML_TRY(write_fitted(&writer, model));
	write_residuals(&writer, &model->residuals);
	ML_TRY(writer.status);
	finish_header(&writer);
	*bytes = writer.data;
	*length = writer.length;
	return ML_OK;
}

void
ml_model_predict(const MlModel *model, const int32_t *group, const double *inputs, int n_rows,
				 double *outputs)
{
	size_t		n_inputs = (size_t) model->signature.n_inputs;
	size_t		n_outputs = (size_t) ml_model_n_outputs(model);
	int			first;
	int			end;

	/* neighbours that the same model serves go together */
	for (first = 0; first < n_rows; first = end)
	{
		const void *fitted = group == NULL ? model->fitted : ml_model_fitted(model, group[first]);

		end = group == NULL ? n_rows : first + 1;
		while (end < n_rows && ml_model_fitted(model, group[end]) == fitted)
			end++;
		model->algorithm->predict(fitted, &model->signature, inputs + (size_t) first * n_inputs,
								  end - first, outputs + (size_t) first * n_outputs);
	}
}

int
ml_model_class(const MlModel *model, const double *outputs)
{
	if (model->task == ML_CLUSTERING)
		return ml_least(outputs, ml_model_n_outputs(model));
	if (model->n_classes == 2)
		return outputs[0] >= model->threshold;
	return ml_greatest(outputs, model->n_classes);
}

/* Checksum and length are filled in at the end. */
static void
write_header(MlWriter *writer)
{
	size_t		i;

	for (i = 0; i < strlen(ML_ARTIFACT_MAGIC); i++)
		ml_write_u8(writer, (uint8_t) ML_ARTIFACT_MAGIC[i]);
	ml_write_u32(writer, ML_FORMAT);
	ml_write_u32(writer, 0);
	ml_write_u64(writer, 0);
}

void
ml_write_signature(MlWriter *writer, const MlSignature *signature)
{
	int			i;
	int			k;

	ml_write_name(writer, signature->time_zone);
	ml_write_u8(writer, signature->nan_is_missing);
	ml_write_u32(writer, (uint32_t) signature->n_features);
	for (i = 0; i < signature->n_features; i++)
	{
		const MlFeature *feature = &signature->features[i];

		ml_write_name(writer, feature->name);
		ml_write_u32(writer, (uint32_t) feature->type);
		ml_write_u32(writer, (uint32_t) feature->first_input);
		ml_write_u32(writer, (uint32_t) feature->n_inputs);
		ml_write_u32(writer, (uint32_t) feature->n_levels);
		for (k = 0; k < feature->n_levels; k++)
			ml_write_text(writer, feature->level[k], feature->level_length[k]);
	}
	ml_write_u32(writer, (uint32_t) signature->n_inputs);
	for (i = 0; i < signature->n_inputs; i++)
	{
		const MlInput *input = &signature->inputs[i];

		ml_write_u32(writer, (uint32_t) input->feature);
		ml_write_u8(writer, (uint8_t) input->part);
		ml_write_u8(writer, input->category);
		ml_write_u8(writer, input->has_other);
		ml_write_u8(writer, input->has_missing);
		ml_write_u32(writer, (uint32_t) input->n_levels);
		ml_write_u32(writer, (uint32_t) input->mode);
		ml_write_f64(writer, input->mean);
		ml_write_f64(writer, input->sd);
	}
}

static void
write_groups(MlWriter *writer, const MlGroups *groups)
{
	int64_t		n_places = (int64_t) groups->n_groups * groups->n_columns;
	int			c;
	int64_t		i;

	ml_write_u32(writer, (uint32_t) groups->n_columns);
	for (c = 0; c < groups->n_columns; c++)
	{
		const MlGroupColumn *column = &groups->columns[c];

		ml_write_u32(writer, (uint32_t) column->feature);
		ml_write_u32(writer, (uint32_t) column->n_values);
		for (i = 0; i < column->n_values; i++)
		{
			if (column->text != NULL)
				ml_write_text(writer, column->text[i], column->length[i]);
			else
				ml_write_f64(writer, column->number[i]);
		}
	}
	if (groups->n_columns == 0)
		return;
	ml_write_u32(writer, (uint32_t) groups->n_groups);
	for (i = 0; i < n_places; i++)
		ml_write_u32(writer, (uint32_t) groups->place[i]);
}

/* The model of all rows, then those of groups. */
static MlStatus
write_fitted(MlWriter *writer, const MlModel *model)
{
	int			g;

	ML_TRY(writer->status);
	ML_TRY(model->algorithm->encode(model->fitted, writer));
	for (g = 0; g < model->groups.n_groups; g++)
	{
		ML_TRY(ml_check_stop(writer->env));
		ml_write_u8(writer, model->group_fitted[g] != NULL);
		if (model->group_fitted[g] != NULL)
			ML_TRY(model->algorithm->encode(model->group_fitted[g], writer));
	}
	return writer->status;
}

static void
write_residuals(MlWriter *writer, const MlResiduals *residuals)
{
	ml_write_u64(writer, (uint64_t) residuals->n_rows);
	ml_write_u32(writer, (uint32_t) residuals->n);
	ml_write_array(writer, residuals->size, (size_t) residuals->n, sizeof(double));
}

static void
finish_header(MlWriter *writer)
{
	uint64_t	length = writer->length;
	uint32_t	crc;

	memcpy(writer->data + ML_ARTIFACT_SUMMED_AT, &length, sizeof(length));
	crc = ml_crc32c(writer->env->simd, writer->data + ML_ARTIFACT_SUMMED_AT,
					writer->length - ML_ARTIFACT_SUMMED_AT);
	memcpy(writer->data + ML_ARTIFACT_CRC_AT, &crc, sizeof(crc));
}

/* A terminated text, or NULL. */
void
ml_write_name(MlWriter *writer, const char *name)
{
	ml_write_text(writer, name, name == NULL ? 0 : strlen(name));
}
