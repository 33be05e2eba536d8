/*
 * test_row_plan.c
 *		Rows by a plan: the same numbers, and the same sides, as from a table;
 *		plans as bytes, also bytes made by an enemy.
 */
#include "artifact/row_plan.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "math/func.h"
#include "math/rng.h"
#include "prep/identity.h"
#include "rows.h"
#include "unit.h"

#define N_ROWS 300
#define N_MUTATIONS 4000

enum
{
	ID, X, PLAN, DAY, Y, W, CLASS, N_COLUMNS
};

typedef struct Sample
{
	MlEnv	   *env;
	MlTable    *table;
	MlSignature learnt;			/* of x, plan, day */
	MlFeature	features[N_COLUMNS];
	MlRowPlan	plan;
} Sample;

static const int identity_features[] = {3};
static const char *labels[] = {"no", "yes"};

/* Values of a row in the order of the plan's features: x, plan, day, id, y, w, class */
static void
row_values(const Sample *sample, int64_t row, MlValue *values)
{
	static const int order[] = {X, PLAN, DAY, ID, Y, W, CLASS};
	int			f;

	for (f = 0; f < N_COLUMNS; f++)
	{
		const MlColumn *column = &sample->table->columns[order[f]];

		memset(&values[f], 0, sizeof(MlValue));
		if (column->code != NULL)
		{
			int32_t		code = column->code[row];

			values[f].missing = code < 0;
			values[f].text = code < 0 ? NULL : column->dictionary.text[code];
			values[f].length = code < 0 ? 0 : column->dictionary.length[code];
		}
		else
		{
			values[f].number = column->number[row];
			values[f].missing = isnan(column->number[row]);
		}
	}
}

static void
add_feature(Sample *sample, const char *name, MlType type)
{
	MlFeature  *feature = &sample->features[sample->plan.signature.n_features++];

	feature->name = name;
	feature->type = type;
	feature->first_input = sample->learnt.n_inputs;
}

static void
make_sample(Sample *sample)
{
	static const int chosen[] = {X, PLAN, DAY};
	char		cells[UNIT_ROW];
	int			i;

	memset(sample, 0, sizeof(*sample));
	sample->env = unit_env();
	sample->table = unit_table(sample->env, "id:i x:d plan:t day:D y:d w:d class:t");
	for (i = 0; i < N_ROWS; i++)
	{
		snprintf(cells, sizeof(cells), "%d|%s|%s|%d|%s|%s|%s", i, i % 7 == 0 ? "" : i % 2 ? "1.5" : "-3.25",
				 i % 11 == 0 ? "" : i % 3 ? "pro" : "free", i * 1000, i % 13 == 0 ? "" : i % 2 ? "2" : "7.5",
				 i % 17 == 0 ? "0" : "2.25", i % 5 == 0 ? "" : i % 3 ? "yes" : i % 19 ? "no" : "other");
		unit_ok(unit_row(sample->table, cells) == ML_OK, "row %d", i);
	}
	unit_ok(ml_table_finish(sample->table) == ML_OK, "table");
	unit_ok(ml_signature_fit(sample->env, sample->table, chosen, 3, unit_all_rows(sample->env, N_ROWS), N_ROWS,
							 ML_MAX_LEVELS, "UTC", &sample->learnt) == ML_OK, "signature");
	memcpy(sample->features, sample->learnt.features, 3 * sizeof(MlFeature));
	sample->plan.signature = sample->learnt;
	sample->plan.signature.features = sample->features;
	add_feature(sample, "id", ML_INTEGER);
	add_feature(sample, "y", ML_DOUBLE);
	add_feature(sample, "w", ML_DOUBLE);
	add_feature(sample, "class", ML_TEXT);
	sample->plan.kind = ML_ROW_LEAST_SQUARES;
	sample->plan.task = ML_REGRESSION;
	sample->plan.target = 4;
	sample->plan.weight = 5;
	sample->plan.identity = identity_features;
	sample->plan.n_identity = 1;
	sample->plan.seed = 42;
	sample->plan.below[0] = 0.25;
	sample->plan.centre = 1;
	sample->plan.intercept = true;
	sample->plan.offset = -1;
	sample->plan.glm.dispersion = 1;
}

/* Least squares rows against the block that linear folds. */
static void
test_least_squares(void)
{
	Sample		sample;
	MlRowEncoder encoder;
	MlDesign	design;
	MlFrame		frame;
	MlDesignBlock block;
	uint64_t	identity[N_ROWS];
	const int	id = ID;
	int64_t		row;
	int			taken = 0;

	make_sample(&sample);
	unit_ok(ml_row_plan_check(sample.env, &sample.plan) == ML_OK, "plan");
	unit_ok(ml_row_encoder_make(sample.env, &sample.plan, &encoder) == ML_OK, "encoder");
	unit_ok(ml_design_make(sample.env, &sample.learnt, &design) == ML_OK, "design");
	unit_ok(unit_pinned_frame(sample.env, &sample.learnt, sample.table, &frame) == ML_OK, "frame");
	unit_ok(ml_design_block_make(sample.env, &design, N_ROWS, &block) == ML_OK, "block");
	unit_ok(ml_row_identities(sample.env, sample.table, &id, 1, false, identity) == ML_OK, "identities");
	ml_design_load(&design, &frame, unit_all_rows(sample.env, N_ROWS), N_ROWS, 0, &block);
	unit_ok(encoder.n_values == design.n_slots + 2, "one array holds 1, slots and target");
	for (row = 0; row < N_ROWS; row++)
	{
		MlValue		values[N_COLUMNS];
		double		array[32];
		double		y = sample.table->columns[Y].number[row];
		double		w = sample.table->columns[W].number[row];
		bool		learnt = !isnan(y) && w > 0 && !(ml_split_position(42, identity[row]) < 0.25);
		int			i;

		row_values(&sample, row, values);
		unit_ok((ml_row_encode(&encoder, values, array) == ML_ROW_TAKEN) == learnt, "row %d: side", (int) row);
		if (!learnt)
			continue;
		taken++;
		unit_ok(array[0] == 1.5 && array[design.n_slots + 1] == 1.5 * (y - 1), "row %d: 1 and target", (int) row);
		for (i = 0; i < sample.learnt.n_inputs; i++)
		{
			const MlDesignInput *input = &design.inputs[i];
			int			k;

			for (k = 0; k < input->n_slots; k++)
			{
				double		expected = input->place != NULL ?
					block.place[(size_t) input->column * N_ROWS + (size_t) row] == k + 1 :
					block.dense[(size_t) (input->column + k) * N_ROWS + (size_t) row];

				unit_ok(array[1 + input->first_slot + k] == 1.5 * expected, "row %d: input %d, slot %d", (int) row, i, k);
			}
		}
	}
	unit_ok(taken > 150 && taken < 250, "about three quarters are learnt from: %d", taken);
}

/* Which rows, in each kind of array. */
static void
test_kinds(void)
{
	Sample		sample;
	MlRowEncoder encoder;
	MlValue		values[N_COLUMNS];
	double		array[32];
	int			count[3] = {0, 0, 0};
	int64_t		row;

	make_sample(&sample);
	sample.plan.kind = ML_ROW_VALUES;
	unit_ok(ml_row_encoder_make(sample.env, &sample.plan, &encoder) == ML_OK, "values");
	row_values(&sample, 1, values);
	values[5].number = 2;
	sample.plan.n_identity = 0;
	unit_ok(ml_row_encode(&encoder, values, array) == ML_ROW_TAKEN && encoder.n_values == 10, "taken");
	unit_ok(array[0] == 1.5 && array[6] == 2 && array[7] == 2 && array[8] == 4 && array[9] == ml_log(2), "input, target, weight, both, logarithm");
	values[0].missing = true;
	unit_ok(ml_row_encode(&encoder, values, array) == ML_ROW_TAKEN && isnan(array[0]), "missing is NaN");
	values[0].missing = false;

	sample.plan.kind = ML_ROW_LEAST_SQUARES;
	sample.plan.intercept = false;
	sample.plan.offset = 0;
	values[5].number = 1;
	unit_ok(ml_row_encoder_make(sample.env, &sample.plan, &encoder) == ML_OK, "offset");
	unit_ok(ml_row_encode(&encoder, values, array) == ML_ROW_TAKEN && array[0] == 0 && array[1] == 0 &&
			array[encoder.n_values - 1] == 2 - 1 - 1.5, "no intercept, y less offset and centre");
	sample.plan.offset = 1;
	unit_ok(ml_row_plan_check(sample.env, &sample.plan) == ML_CORRUPT, "a category is no offset");
	sample.plan.offset = -1;
	sample.plan.kind = ML_ROW_VALUES;
	unit_ok(ml_row_encoder_make(sample.env, &sample.plan, &encoder) == ML_OK, "values again");
	values[5].number = -1;
	unit_ok(ml_row_encode(&encoder, values, array) == ML_ROW_BAD_WEIGHT, "negative weight");
	values[5].missing = true;
	unit_ok(ml_row_encode(&encoder, values, array) == ML_ROW_BAD_WEIGHT, "missing weight");

	/* classes have thresholds of their own; unknown ones are left out */
	sample.plan.kind = ML_ROW_CHOSEN;
	sample.plan.n_identity = 1;
	sample.plan.task = ML_CLASSIFICATION;
	sample.plan.n_classes = 2;
	sample.plan.labels = labels;
	sample.plan.target = 6;
	sample.plan.weight = -1;
	sample.plan.below[0] = 0;
	sample.plan.below[1] = 1;
	unit_ok(ml_row_plan_check(sample.env, &sample.plan) == ML_OK, "classes");
	unit_ok(ml_row_encoder_make(sample.env, &sample.plan, &encoder) == ML_OK && encoder.n_values == 1, "chosen");
	for (row = 0; row < N_ROWS; row++)
	{
		int			class;

		row_values(&sample, row, values);
		class = values[6].missing ? 2 : values[6].length == 3 ? 1 : values[6].length == 2 ? 0 : 2;
		if (ml_row_encode(&encoder, values, array) == ML_ROW_TAKEN)
			count[class]++;
	}
	unit_ok(count[0] == 0 && count[1] > 100 && count[2] == 0, "chosen by class: %d %d %d", count[0], count[1], count[2]);
	sample.plan.kind = ML_ROW_SLOTS;
	unit_ok(ml_row_encoder_make(sample.env, &sample.plan, &encoder) == ML_OK, "slots");
	row_values(&sample, 0, values);
	unit_ok(ml_row_encode(&encoder, values, array) == ML_ROW_TAKEN && encoder.n_values == encoder.design.n_slots,
			"slots of any row");
}

static void
test_bytes(void)
{
	Sample		sample;
	MlRowPlan	read;
	MlRowEncoder encoder;
	uint8_t    *bytes;
	uint8_t    *copy;
	uint8_t    *again;
	size_t		length;
	size_t		same;
	size_t		i;
	int			harmless = 0;

	make_sample(&sample);
	unit_ok(ml_row_plan_encode(sample.env, &sample.plan, &bytes, &length) == ML_OK, "encode");
	unit_ok(ml_row_plan_decode(sample.env, bytes, length, &read) == ML_OK, "decode");
	unit_ok(ml_row_plan_encode(sample.env, &read, &again, &same) == ML_OK && same == length &&
			memcmp(bytes, again, length) == 0, "there and back");
	for (i = 0; i < length; i++)
	{
		copy = ml_allocate(sample.env, i + 1, 1);
		memcpy(copy, bytes, i);
		unit_ok(ml_row_plan_decode(sample.env, copy, i, &read) == ML_CORRUPT, "cut after %d bytes", (int) i);
		ml_release(sample.env, copy);
	}
	copy = ml_allocate(sample.env, length, 1);
	for (i = 0; i < N_MUTATIONS; i++)
	{
		size_t		at = 12 + (size_t) (ml_mix64(i) % (length - 12));
		uint32_t	crc;

		memcpy(copy, bytes, length);
		copy[at] ^= (uint8_t) (1 + ml_mix64(~i) % 255);
		if (i % 2 == 0)
			unit_ok(ml_row_plan_decode(sample.env, copy, length, &read) == ML_CORRUPT, "a changed byte at %d", (int) at);
		crc = ml_crc32c(sample.env->simd, copy + 12, length - 12);
		memcpy(copy + 8, &crc, sizeof(crc));
		if (ml_row_plan_decode(sample.env, copy, length, &read) == ML_OK &&
			ml_row_encoder_make(sample.env, &read, &encoder) == ML_OK)
		{
			MlValue    *values = ml_allocate(sample.env, (size_t) read.signature.n_features, sizeof(MlValue));
			double	   *array = ml_allocate(sample.env, (size_t) encoder.n_values + 1, sizeof(double));
			int			f;

			/* a row of the types that the plan believes in */
			for (f = 0; f < read.signature.n_features; f++)
			{
				values[f].text = "pro";
				values[f].length = 3;
				values[f].number = 1;
			}
			(void) ml_row_encode(&encoder, values, array);
			harmless++;
		}
	}
	unit_ok(harmless > 0, "what can be read can be used: %d", harmless);
}

int
main(void)
{
	test_least_squares();
	test_kinds();
	test_bytes();
	return unit_done();
}
