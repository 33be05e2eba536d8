/*
 * artifact/row_plan.c
 *		A row plan as bytes: magic, format, checksum of what follows, then its
 *		members in order. It lives as long as a query, so only the newest format
 *		is read.
 */
#include "artifact/row_plan.h"

#include <string.h>

#include "artifact/format.h"

#define MAGIC UINT32_C(0x50574f52)	/* "ROWP" */
#define FORMAT 1
#define HEADER 12				/* magic, format, checksum */

#define DAMAGED "row plan is damaged"

MlStatus
ml_row_plan_encode(MlEnv *env, const MlRowPlan *plan, uint8_t **bytes, size_t *length)
{
	MlWriter	writer;
	uint32_t	crc;
	int			i;

	ml_writer_begin(&writer, env);
	ml_write_u32(&writer, MAGIC);
	ml_write_u32(&writer, FORMAT);
	ml_write_u32(&writer, 0);
	ml_write_u32(&writer, (uint32_t) plan->kind);
	ml_write_u32(&writer, (uint32_t) plan->task);
	ml_write_u32(&writer, (uint32_t) plan->n_classes);
	for (i = 0; i < plan->n_classes; i++)
		ml_write_name(&writer, plan->labels[i]);
	ml_write_signature(&writer, &plan->signature);
	ml_write_u32(&writer, (uint32_t) plan->target);
	ml_write_u32(&writer, (uint32_t) plan->weight);
	ml_write_u32(&writer, (uint32_t) plan->n_identity);
	for (i = 0; i < plan->n_identity; i++)
		ml_write_u32(&writer, (uint32_t) plan->identity[i]);
	ml_write_u64(&writer, plan->seed);
	for (i = 0; i < (plan->n_classes > 1 ? plan->n_classes : 1); i++)
		ml_write_f64(&writer, plan->below[i]);
	ml_write_f64(&writer, plan->sample);
	ml_write_f64(&writer, plan->centre);
	ml_write_u32(&writer, plan->intercept);
	ml_write_u32(&writer, (uint32_t) plan->offset);
	ml_write_u32(&writer, (uint32_t) plan->glm.kind);
	ml_write_u32(&writer, plan->glm.derivatives);
	ml_write_f64(&writer, plan->glm.dispersion);
	ml_write_u32(&writer, (uint32_t) plan->glm.n);
	ml_write_array(&writer, plan->glm.point, (size_t) plan->glm.n, sizeof(double));
	ML_TRY(writer.status);
	crc = ml_crc32c(env->simd, writer.data + HEADER, writer.length - HEADER);
	memcpy(writer.data + HEADER - sizeof(crc), &crc, sizeof(crc));
	*bytes = writer.data;
	*length = writer.length;
	return ML_OK;
}

static MlStatus
read_labels(MlEnv *env, MlReader *reader, MlRowPlan *plan)
{
	uint32_t	count = ml_read_u32(reader);
	uint32_t	i;

	if (count > ML_MAX_CLASSES)
		return ml_fail(env, ML_CORRUPT, DAMAGED ": it has too many classes");
	plan->n_classes = (int) count;
	plan->labels = ml_allocate(env, (size_t) count + 1, sizeof(char *));
	if (plan->labels == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < count; i++)
	{
		ML_TRY(ml_read_name(env, reader, &plan->labels[i]));
		if (plan->labels[i] == NULL)
			return ml_fail(env, ML_CORRUPT, DAMAGED ": a label is absent");
	}
	return ML_OK;
}

static MlStatus
read_identity(MlEnv *env, MlReader *reader, MlRowPlan *plan)
{
	uint32_t	count = ml_read_u32(reader);
	int		   *identity;
	uint32_t	i;

	if (count > ML_ARTIFACT_MAX_FEATURES)
		return ml_fail(env, ML_CORRUPT, DAMAGED ": its identity has too many columns");
	plan->n_identity = (int) count;
	plan->identity = identity = ml_allocate(env, (size_t) count + 1, sizeof(int));
	if (identity == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < count; i++)
		identity[i] = (int) ml_read_u32(reader);
	return ML_OK;
}

static MlStatus
read_members(MlEnv *env, MlReader *reader, MlRowPlan *plan)
{
	int			i;

	plan->kind = (MlRowKind) ml_read_u32(reader);
	plan->task = (MlTask) ml_read_u32(reader);
	ML_TRY(read_labels(env, reader, plan));
	ML_TRY(ml_read_signature(env, reader, &plan->signature));
	plan->target = (int) ml_read_u32(reader);
	plan->weight = (int) ml_read_u32(reader);
	ML_TRY(read_identity(env, reader, plan));
	plan->seed = ml_read_u64(reader);
	for (i = 0; i < (plan->n_classes > 1 ? plan->n_classes : 1); i++)
		plan->below[i] = ml_read_f64(reader);
	plan->sample = ml_read_f64(reader);
	plan->centre = ml_read_f64(reader);
	plan->intercept = ml_read_u32(reader) != 0;
	plan->offset = (int) ml_read_u32(reader);
	plan->glm.kind = (MlGlmKind) ml_read_u32(reader);
	plan->glm.derivatives = ml_read_u32(reader) != 0;
	plan->glm.dispersion = ml_read_f64(reader);
	plan->glm.n = (int) ml_read_u32(reader);
	if (plan->glm.n < 0 || plan->glm.n > ML_MAX_GLM_POINT)
		return ml_fail(env, ML_CORRUPT, DAMAGED ": its point has too many columns");
	plan->glm.point = ml_read_array(reader, (size_t) plan->glm.n, sizeof(double));
	if (ml_reader_failed(reader) || reader->position != reader->length)
		return ml_fail(env, ML_CORRUPT, DAMAGED ": its length is wrong");
	ML_TRY(ml_signature_check(env, &plan->signature, ML_CORRUPT, DAMAGED));
	return ml_row_plan_check(env, plan);
}

MlStatus
ml_row_plan_decode(MlEnv *env, const void *bytes, size_t length, MlRowPlan *plan)
{
	MlReader	reader;
	uint32_t	magic;
	uint32_t	format;
	uint32_t	crc;

	memset(plan, 0, sizeof(*plan));
	if ((uintptr_t) bytes % 8 != 0)
		return ml_fail(env, ML_CORRUPT, "row plan is not aligned");
	ml_reader_begin(&reader, bytes, length);
	magic = ml_read_u32(&reader);
	format = ml_read_u32(&reader);
	crc = ml_read_u32(&reader);
	if (ml_reader_failed(&reader) || magic != MAGIC)
		return ml_fail(env, ML_CORRUPT, "these bytes are not a row plan");
	if (format != FORMAT)
	{
		ml_fail(env, ML_CORRUPT, "row plan has format version %u, but only %d can be read", format, FORMAT);
		ml_hint(env, "All servers need the same version of the extension.");
		return ML_CORRUPT;
	}
	if (ml_crc32c(env->simd, (const uint8_t *) bytes + HEADER, length - HEADER) != crc)
		return ml_fail(env, ML_CORRUPT, DAMAGED ": its checksum is wrong");
	return read_members(env, &reader, plan);
}
