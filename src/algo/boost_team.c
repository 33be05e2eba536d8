/*
 * algo/boost_team.c
 *		Boosting by a team of processes. See boost_team.h.
 *
 * The leader tells what to do in one message, then deals arrays out. Helpers
 * keep what they get in memory of their own; the leader's part is the
 * beginning of what it has.
 */
#include <string.h>

#include "algo/boost_team.h"
#include "base/team.h"

/* Bins of rows that are worth a member of their own. */
#define MEMBER_BINS 500000

/* A set of rows of the whole team. */
typedef struct RowsShape
{
	int64_t		n_rows;
	size_t		stride;
	bool		has_weight;
	bool		has_start;
} RowsShape;

/* What everybody knows before the rows come. */
typedef struct Task
{
	MlBoostOptions options;
	int			n_inputs;
	RowsShape	training;
	RowsShape	validation;
	MlBins	   *bins;			/* (n_inputs), with the arrays in the message */
} Task;

static MlStatus boost_part(MlEnv *env, MlWriter *message, const MlBoostRows *training,
						   const MlBoostRows *validation, MlBoosted *boosted);
static void write_task(MlWriter *message, const MlBoostOptions *options,
					   const MlBoostRows *training, const MlBoostRows *validation);
static RowsShape shape_of(const MlBoostRows *rows);
static MlStatus read_task(MlEnv *env, const void *bytes, size_t length, Task *task);
static MlStatus deal_rows(MlEnv *env, const MlBoostRows *rows, const RowsShape *shape,
						  const Task *task, MlBoostRows *part);
static MlStatus deal_array(MlEnv *env, const void *array, size_t width, int64_t n_rows, void **part);

MlStatus
ml_boost_team_begin(MlEnv *env, const char *algorithm, int64_t n_rows, int n_inputs)
{
	size_t		histogram = (size_t) n_inputs * (ML_MAX_BINS + 1) * sizeof(MlCell);

	return ml_team_begin(env, algorithm, n_rows * n_inputs / MEMBER_BINS, histogram);
}

MlStatus
ml_boost_with_team(MlEnv *env, const MlBoostOptions *options, const MlBoostRows *training,
				   const MlBoostRows *validation, MlBoosted *boosted)
{
	MlWriter	message;

	if (env->team == NULL)
	{
		boosted->members = 1;
		return ml_boost(env, options, training, validation, boosted);
	}
	ml_writer_begin(&message, env);
	write_task(&message, options, training, validation);
	ML_TRY(message.status);
	ML_TRY(boost_part(env, &message, training, validation, boosted));
	boosted->members = ml_team_size(env);
	ml_team_end(env);
	return ML_OK;
}

MlStatus
ml_boost_help(MlEnv *env)
{
	static const MlBoostRows nothing;
	MlBoosted	boosted;
	MlWriter	message;

	ML_TRY(ml_bins_help(env));
	ml_writer_begin(&message, env);
	return boost_part(env, &message, &nothing, &nothing, &boosted);
}

/* The same steps in all members; only the leader has a message and rows to give. */
static MlStatus
boost_part(MlEnv *env, MlWriter *message, const MlBoostRows *training,
		   const MlBoostRows *validation, MlBoosted *boosted)
{
	uint64_t	length = message->length;
	void	   *bytes = message->data;
	MlBoostRows part;
	MlBoostRows validation_part;
	Task		task;

	ML_TRY(ml_team_broadcast(env, 0, &length, sizeof(length)));
	if (ml_team_rank(env) > 0)
		bytes = ml_allocate(env, (size_t) length, 1);
	if (bytes == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(ml_team_broadcast(env, 0, bytes, (size_t) length));
	ML_TRY(read_task(env, bytes, (size_t) length, &task));
	ML_TRY(deal_rows(env, training, &task.training, &task, &part));
	ML_TRY(deal_rows(env, validation, &task.validation, &task, &validation_part));
	return ml_boost(env, &task.options, &part, &validation_part, boosted);
}

static void
write_task(MlWriter *message, const MlBoostOptions *options,
		   const MlBoostRows *training, const MlBoostRows *validation)
{
	RowsShape	shapes[2] = {shape_of(training), shape_of(validation)};
	int			n_inputs = training->binned.n_inputs;
	int			i;

	ml_write_array(message, options, 1, sizeof(*options));
	ml_write_array(message, shapes, 2, sizeof(*shapes));
	ml_write_u32(message, (uint32_t) n_inputs);
	if (options->limits.monotone != NULL)
		ml_write_array(message, options->limits.monotone, (size_t) n_inputs, sizeof(int8_t));
	for (i = 0; i < n_inputs; i++)
	{
		const MlBins *bins = &training->binned.inputs[i];

		ml_write_u8(message, bins->category);
		ml_write_u32(message, (uint32_t) bins->n_bins);
		ml_write_u32(message, (uint32_t) bins->n_codes);
		ml_write_array(message, bins->bin_of_code, (size_t) bins->n_codes, 1);
		if (!bins->category)
			ml_write_array(message, bins->edges, (size_t) bins->n_bins - 1, sizeof(double));
	}
}

static RowsShape
shape_of(const MlBoostRows *rows)
{
	RowsShape	shape;

	memset(&shape, 0, sizeof(shape));
	shape.n_rows = rows->binned.n_rows;
	shape.stride = rows->binned.stride;
	shape.has_weight = rows->weight != NULL;
	shape.has_start = rows->start != NULL;
	return shape;
}

static MlStatus
read_task(MlEnv *env, const void *bytes, size_t length, Task *task)
{
	MlReader	reader;
	const void *options;
	const RowsShape *shapes;
	int			i;

	ml_reader_begin(&reader, bytes, length);
	options = ml_read_array(&reader, 1, sizeof(task->options));
	shapes = ml_read_array(&reader, 2, sizeof(*shapes));
	task->n_inputs = (int) ml_read_u32(&reader);
	if (ml_reader_failed(&reader))
		return ml_fail(env, ML_CORRUPT, "a message within a team is damaged");
	memcpy(&task->options, options, sizeof(task->options));
	task->training = shapes[0];
	task->validation = shapes[1];
	if (task->options.limits.monotone != NULL)
		task->options.limits.monotone = ml_read_array(&reader, (size_t) task->n_inputs, sizeof(int8_t));
	task->bins = ml_allocate(env, (size_t) task->n_inputs, sizeof(MlBins));
	if (task->bins == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < task->n_inputs; i++)
	{
		MlBins	   *bins = &task->bins[i];

		bins->category = ml_read_u8(&reader) != 0;
		bins->n_bins = (int) ml_read_u32(&reader);
		bins->n_codes = (int) ml_read_u32(&reader);
		bins->bin_of_code = ml_read_array(&reader, (size_t) bins->n_codes, 1);
		if (!bins->category)
			bins->edges = ml_read_array(&reader, (size_t) bins->n_bins - 1, sizeof(double));
	}
	if (ml_reader_failed(&reader))
		return ml_fail(env, ML_CORRUPT, "a message within a team is damaged");
	return ML_OK;
}

/* part = this member's of the leader's rows. */
static MlStatus
deal_rows(MlEnv *env, const MlBoostRows *rows, const RowsShape *shape,
		  const Task *task, MlBoostRows *part)
{
	int64_t		n_rows = shape->n_rows;
	int64_t		begin;
	void	   *array;

	*part = *rows;
	part->binned.n_inputs = task->n_inputs;
	part->binned.inputs = task->bins;
	part->binned.stride = shape->stride;
	ml_team_range(env, n_rows, ml_team_rank(env), &begin, &part->binned.n_rows);
	ML_TRY(deal_array(env, rows->binned.bins, shape->stride, n_rows, &array));
	part->binned.bins = array;
	ML_TRY(deal_array(env, rows->y, sizeof(double), n_rows, &array));
	part->y = array;
	ML_TRY(deal_array(env, rows->identity, sizeof(uint64_t), n_rows, &array));
	part->identity = array;
	if (shape->has_weight)
	{
		ML_TRY(deal_array(env, rows->weight, sizeof(double), n_rows, &array));
		part->weight = array;
	}
	if (shape->has_start)
	{
		ML_TRY(deal_array(env, rows->start, (size_t) task->options.loss.n_outputs * sizeof(double),
						  n_rows, &array));
		part->start = array;
	}
	return ML_OK;
}

/* *part: where the leader's array begins, or what a helper got of it. */
static MlStatus
deal_array(MlEnv *env, const void *array, size_t width, int64_t n_rows, void **part)
{
	int64_t		begin;
	int64_t		n;

	*part = (void *) array;
	if (ml_team_rank(env) > 0)
	{
		ml_team_range(env, n_rows, ml_team_rank(env), &begin, &n);
		*part = ml_allocate(env, (size_t) n, width);
		if (*part == NULL)
			return ML_OUT_OF_MEMORY;
	}
	return ml_team_deal(env, array, width, n_rows, *part);
}
