/*
 * artifact/model.c
 *		A model as bytes, and its prediction. See docs/artifact.md.
 */
#include <string.h>

#include "artifact/format.h"
#include "stats/metrics_multiclass.h"

static void write_header(MlWriter *writer);
static void write_signature(MlWriter *writer, const MlSignature *signature);
static void finish_header(MlWriter *writer);
static void write_name(MlWriter *writer, const char *name);

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
		write_name(&writer, model->labels[i]);
	ml_write_f64(&writer, model->task == ML_CLASSIFICATION && model->n_classes == 2 ? model->threshold : 0);
	write_name(&writer, model->target);
	write_signature(&writer, &model->signature);
	write_name(&writer, model->algorithm->name);
	if (writer.status == ML_OK)
		ML_TRY(model->algorithm->encode(model->fitted, &writer));
	ML_TRY(writer.status);
	finish_header(&writer);
	*bytes = writer.data;
	*length = writer.length;
	return ML_OK;
}

void
ml_model_predict(const MlModel *model, const double *inputs, int n_rows, double *outputs)
{
	model->algorithm->predict(model->fitted, &model->signature, inputs, n_rows, outputs);
}

int
ml_model_class(const MlModel *model, const double *outputs)
{
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

static void
write_signature(MlWriter *writer, const MlSignature *signature)
{
	int			i;
	int			k;

	write_name(writer, signature->time_zone);
	ml_write_u8(writer, signature->nan_is_missing);
	ml_write_u32(writer, (uint32_t) signature->n_features);
	for (i = 0; i < signature->n_features; i++)
	{
		const MlFeature *feature = &signature->features[i];

		write_name(writer, feature->name);
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
static void
write_name(MlWriter *writer, const char *name)
{
	ml_write_text(writer, name, name == NULL ? 0 : strlen(name));
}
