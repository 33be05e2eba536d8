/*
 * algo/design.c
 *		How inputs become the columns ("slots") of a linear model.
 *
 * The loops over rows that take the time of a fit are in design_loops.c.
 */
#include "algo/design.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "algo/design_loops.h"

/* Bytes of dense columns in a block: half of a usual second-level cache. */
#define BLOCK_BYTES (256 * 1024)
#define BLOCK_MIN_ROWS 64
#define BLOCK_MAX_ROWS 2048

/* Slots that the warning about aliases names. */
#define MAX_NAMED 4

static MlStatus
too_many_slots(MlEnv *env, const MlSignature *signature, const MlDesign *design)
{
	int			widest = 0;
	int64_t		most = 0;
	int64_t		total = 0;
	int			f;

	for (f = 0; f < signature->n_features; f++)
	{
		const MlFeature *feature = &signature->features[f];
		int64_t		slots = 0;
		int			i;

		for (i = feature->first_input; i < feature->first_input + feature->n_inputs; i++)
			slots += design->inputs[i].n_slots;
		total += slots;
		if (slots > most)
		{
			most = slots;
			widest = f;
		}
	}
	ml_fail(env, ML_LIMIT, "the features give a linear model %lld columns, more than %d",
			(long long) total, ML_MAX_SLOTS);
	ml_detail(env, "Column \"%s\" alone gives %lld.",
			  signature->features[widest].name, (long long) most);
	ml_hint(env, "Exclude columns with many categories, or use algorithm \"gbt\".");
	return ML_LIMIT;
}

/* Where each value of a category belongs: 0 the reference, else its slot. */
static MlStatus
make_places(MlEnv *env, const MlInput *input, MlDesignInput *slots)
{
	int			level;
	uint16_t	next = 1;
	uint16_t   *place = ml_allocate(env, (size_t) input->n_levels + 2, sizeof(uint16_t));

	if (place == NULL)
		return ML_OUT_OF_MEMORY;
	for (level = 0; level < input->n_levels; level++)
		place[level] = level == input->mode ? 0 : next++;
	if (input->has_other)
		place[input->n_levels] = next++;
	place[input->n_levels + 1] = input->has_missing ? next++ : 0;
	if (!input->has_other)
		place[input->n_levels] = place[input->n_levels + 1];
	slots->place = place;
	slots->n_slots = next - 1;
	return ML_OK;
}

static double
usable_scale(double sd)
{
	double		scale = 1.0 / sd;

	return sd > 0.0 && isfinite(sd) && isfinite(scale) ? scale : 0.0;
}

MlStatus
ml_design_make(MlEnv *env, const MlSignature *signature, MlDesign *design)
{
	int64_t		slots = 0;
	int			i;

	memset(design, 0, sizeof(*design));
	design->signature = signature;
	design->simd = env->simd;
	design->inputs = ml_allocate(env, (size_t) signature->n_inputs + 1, sizeof(MlDesignInput));
	if (design->inputs == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < signature->n_inputs; i++)
	{
		const MlInput *input = &signature->inputs[i];
		MlDesignInput *entry = &design->inputs[i];

		/* Past the limit only the counts for the message matter. */
		entry->first_slot = slots <= ML_MAX_SLOTS ? (int) slots : 0;
		entry->wide = design->n_wide;
		if (input->category)
		{
			ML_TRY(make_places(env, input, entry));
			entry->column = design->n_placed++;
			design->n_wide += entry->n_slots + 1;
		}
		else
		{
			entry->n_slots = input->has_missing ? 2 : 1;
			entry->scale = usable_scale(input->sd);
			entry->column = design->n_dense;
			design->n_dense += entry->n_slots;
			design->n_wide += entry->n_slots;
		}
		slots += entry->n_slots;
	}
	if (slots > ML_MAX_SLOTS)
		return too_many_slots(env, signature, design);
	design->n_slots = (int) slots;
	return ML_OK;
}

static int
input_of_slot(const MlDesign *design, int slot)
{
	int			i = 0;

	while (slot >= design->inputs[i].first_slot + design->inputs[i].n_slots)
		i++;
	return i;
}

/* Take off a UTF-8 character that was cut in the middle. */
static void
mend_end(char *text)
{
	size_t		end = strlen(text);
	size_t		lead = end;
	size_t		length;
	unsigned char first;

	while (lead > 0 && end - lead < 4 && ((unsigned char) text[lead - 1] & 0xc0) == 0x80)
		lead--;
	if (lead == 0)
		return;
	first = (unsigned char) text[lead - 1];
	length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	if (lead - 1 + length > end)
		text[lead - 1] = '\0';
}

void
ml_design_slot_name(const MlDesign *design, int slot, char *buffer, size_t size)
{
	int			i = input_of_slot(design, slot);
	const MlInput *input = &design->signature->inputs[i];
	const MlFeature *feature = &design->signature->features[input->feature];
	int			place = slot - design->inputs[i].first_slot + 1;
	int			level;
	size_t		length;

	ml_input_name(design->signature, i, buffer, size);
	length = strlen(buffer);
	for (level = 0; level < input->n_levels; level++)
	{
		if (input->category && design->inputs[i].place[level] == place)
			break;
	}
	if (input->category && level < input->n_levels)
		snprintf(buffer + length, size - length, " = %.*s",
				 (int) feature->level_length[level], feature->level[level]);
	else if (input->category && input->has_other && design->inputs[i].place[level] == place)
		snprintf(buffer + length, size - length, " other");
	else if (input->category || place == 2)
		snprintf(buffer + length, size - length, " missing");
	mend_end(buffer);
}

void
ml_design_warn_aliased(MlEnv *env, const MlDesign *design, const int *columns, int n)
{
	char		list[ML_ERROR_TEXT] = "";
	char		name[96];
	size_t		length = 0;
	int			i;

	for (i = 0; i < n && i < MAX_NAMED && length < sizeof(list) - 1; i++)
	{
		int			written;

		ml_design_slot_name(design, columns[i] - 1, name, sizeof(name));
		written = snprintf(list + length, sizeof(list) - length, "%s\"%s\"", i > 0 ? ", " : "", name);
		length += written > 0 ? (size_t) written : 0;
	}
	if (n > MAX_NAMED)
		ml_warn(env, "columns of the linear model that other columns already determine got "
				"coefficient 0: %s and %d more", list, n - MAX_NAMED);
	else if (n > 0)
		ml_warn(env, "columns of the linear model that other columns already determine got "
				"coefficient 0: %s", list);
}

MlStatus
ml_design_block_make(MlEnv *env, const MlDesign *design, int capacity, MlDesignBlock *block)
{
	memset(block, 0, sizeof(*block));
	if (capacity <= 0)
	{
		capacity = BLOCK_BYTES / (int) sizeof(double) / (design->n_dense + 1);
		if (capacity < BLOCK_MIN_ROWS)
			capacity = BLOCK_MIN_ROWS;
		if (capacity > BLOCK_MAX_ROWS)
			capacity = BLOCK_MAX_ROWS;
	}
	block->capacity = capacity;
	block->dense = ml_allocate(env, (size_t) design->n_dense + 1, (size_t) capacity * sizeof(double));
	block->place = ml_allocate(env, (size_t) design->n_placed + 1, (size_t) capacity * sizeof(uint16_t));
	return block->dense != NULL && block->place != NULL ? ML_OK : ML_OUT_OF_MEMORY;
}

static void
load_number(const MlDesign *design, const MlInput *input, double scale, const double *number,
			const uint32_t *rows, int n_rows, double *dense)
{
	if (scale == 0.0)
		memset(dense, 0, (size_t) n_rows * sizeof(double));
	else
		ml_loop_standardise(design->simd, dense, number, rows, n_rows, input->mean, scale);
}

static void
load_missing(const double *number, const uint32_t *rows, int n_rows, double *dense)
{
	int			i;

	for (i = 0; i < n_rows; i++)
		dense[i] = isnan(number[rows[i]]) ? 1.0 : 0.0;
}

static void
load_places(const MlInput *input, const uint16_t *place_of, const uint16_t *code,
			const uint32_t *rows, int n_rows, uint16_t *place)
{
	int			last = input->n_levels + 1;
	int			i;

	for (i = 0; i < n_rows; i++)
	{
		int			value = code[rows[i]];

		place[i] = place_of[value < last ? value : last];
	}
}

void
ml_design_load(const MlDesign *design, const MlFrame *frame, const uint32_t *rows, int n_rows,
			   int at, MlDesignBlock *block)
{
	int			i;

	block->n_rows = at + n_rows;
	for (i = 0; i < design->signature->n_inputs; i++)
	{
		const MlInput *input = &design->signature->inputs[i];
		const MlDesignInput *slots = &design->inputs[i];
		size_t		offset = (size_t) slots->column * (size_t) block->capacity + (size_t) at;

		if (input->category)
			load_places(input, slots->place, frame->columns[i].code, rows, n_rows,
						block->place + offset);
		else
		{
			load_number(design, input, slots->scale, frame->columns[i].number, rows, n_rows,
						block->dense + offset);
			if (slots->n_slots == 2)
				load_missing(frame->columns[i].number, rows, n_rows,
							 block->dense + offset + block->capacity);
		}
	}
}

/* Numbers times factor; mean 0 stands for columns that are not centred. */
static void
spread_number(const double *number, const uint32_t *rows, int n_rows, double mean, double missing,
			  double scale, const double *factor, double *into)
{
	int			i;

	for (i = 0; i < n_rows; i++)
	{
		double		x = number[rows[i]];

		into[i] = (x == x ? (x - mean) * scale : missing) * factor[i];
	}
}

static void
spread_category(const MlInput *input, const MlDesignInput *slots, const uint16_t *code,
				const uint32_t *rows, int n_rows, const double *factor, double *into, size_t stride)
{
	int			last = input->n_levels + 1;
	int			i;

	for (i = 0; i < slots->n_slots; i++)
		memset(into + stride * (size_t) i, 0, (size_t) n_rows * sizeof(double));
	for (i = 0; i < n_rows; i++)
	{
		int			value = code[rows[i]];
		uint16_t	place = slots->place[value < last ? value : last];

		if (place > 0)
			into[stride * (size_t) (place - 1) + (size_t) i] = factor[i];
	}
}

void
ml_design_spread(const MlDesign *design, const MlFrame *frame, const uint32_t *rows, int n_rows,
				 const double *factor, bool centred, double *into, int stride)
{
	int			i;
	int			row;

	for (i = 0; i < design->signature->n_inputs; i++)
	{
		const MlInput *input = &design->signature->inputs[i];
		const MlDesignInput *slots = &design->inputs[i];
		double	   *first = into + (size_t) stride * (size_t) slots->first_slot;

		if (input->category)
		{
			spread_category(input, slots, frame->columns[i].code, rows, n_rows, factor, first,
							(size_t) stride);
			continue;
		}
		if (slots->scale == 0.0)
			memset(first, 0, (size_t) n_rows * sizeof(double));
		else
			spread_number(frame->columns[i].number, rows, n_rows, centred ? input->mean : 0.0,
						  centred ? 0.0 : input->mean * slots->scale, slots->scale, factor, first);
		for (row = 0; row < n_rows && slots->n_slots == 2; row++)
			first[stride + row] = isnan(frame->columns[i].number[rows[row]]) ? factor[row] : 0.0;
	}
}

void
ml_design_row(const MlDesign *design, const double *inputs, bool centred, double *slots)
{
	int			i;

	memset(slots, 0, (size_t) design->n_slots * sizeof(double));
	for (i = 0; i < design->signature->n_inputs; i++)
	{
		const MlInput *input = &design->signature->inputs[i];
		const MlDesignInput *entry = &design->inputs[i];
		double	   *first = slots + entry->first_slot;

		if (input->category)
		{
			int			value = isnan(inputs[i]) ? input->n_levels + 1 : (int) inputs[i];

			if (entry->place[value] > 0)
				first[entry->place[value] - 1] = 1.0;
		}
		else
		{
			double		value = isnan(inputs[i]) ? input->mean : inputs[i];

			first[0] = entry->scale == 0.0 ? 0.0 : (centred ? value - input->mean : value) * entry->scale;
			if (entry->n_slots == 2 && isnan(inputs[i]))
				first[1] = 1.0;
		}
	}
}

void
ml_design_widen(const MlDesign *design, const double *slots, double *wide)
{
	int			i;

	for (i = 0; i < design->signature->n_inputs; i++)
	{
		const MlDesignInput *input = &design->inputs[i];
		int			lead = input->place != NULL ? 1 : 0;
		int			k;

		if (lead)
			wide[input->wide] = 0.0;
		for (k = 0; k < input->n_slots; k++)
			wide[input->wide + lead + k] = slots[input->first_slot + k];
	}
}

void
ml_design_narrow(const MlDesign *design, const double *wide, double *slots)
{
	int			i;

	for (i = 0; i < design->signature->n_inputs; i++)
	{
		const MlDesignInput *input = &design->inputs[i];
		int			lead = input->place != NULL ? 1 : 0;
		int			k;

		for (k = 0; k < input->n_slots; k++)
			slots[input->first_slot + k] = wide[input->wide + lead + k];
	}
}

void
ml_design_margin(const MlDesign *design, const MlDesignBlock *block, double start,
				 const double *wide, double *margin)
{
	int			n_rows = block->n_rows;
	int			i;
	int			row;

	for (row = 0; row < n_rows; row++)
		margin[row] = start;
	for (i = 0; i < design->signature->n_inputs; i++)
	{
		const MlDesignInput *input = &design->inputs[i];
		size_t		offset = (size_t) input->column * (size_t) block->capacity;
		const double *factor = wide + input->wide;

		if (input->place != NULL)
		{
			const uint16_t *place = block->place + offset;

			for (row = 0; row < n_rows; row++)
				margin[row] += factor[place[row]];
		}
		else
		{
			ml_loop_add_scaled(design->simd, margin, factor[0], block->dense + offset, n_rows);
			if (input->n_slots == 2)
				ml_loop_add_scaled(design->simd, margin, factor[1], block->dense + offset + block->capacity, n_rows);
		}
	}
}

static void
pull_with(const MlDesign *design, const MlDesignBlock *block, const double *pull, double *wide,
		  double (*product) (MlSimd, const double *, const double *, int))
{
	int			n_rows = block->n_rows;
	int			i;
	int			row;

	for (i = 0; i < design->signature->n_inputs; i++)
	{
		const MlDesignInput *input = &design->inputs[i];
		size_t		offset = (size_t) input->column * (size_t) block->capacity;
		double	   *sum = wide + input->wide;

		if (input->place != NULL)
		{
			const uint16_t *place = block->place + offset;

			for (row = 0; row < n_rows; row++)
				sum[place[row]] += pull[row];
		}
		else
		{
			sum[0] += product(design->simd, block->dense + offset, pull, n_rows);
			if (input->n_slots == 2)
				sum[1] += product(design->simd, block->dense + offset + block->capacity, pull, n_rows);
		}
	}
}

void
ml_design_pull(const MlDesign *design, const MlDesignBlock *block, const double *pull, double *wide)
{
	pull_with(design, block, pull, wide, ml_loop_product);
}

void
ml_design_pull_squares(const MlDesign *design, const MlDesignBlock *block, const double *pull,
					   double *wide)
{
	pull_with(design, block, pull, wide, ml_loop_product_squares);
}
