/*
 * test_spill.c
 *		Tables with a file (prep/spill.c) and slices (prep/slice.h): everything
 *		that is made of rows in memory comes out the same, to the bit.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algo/gbt.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "math/rng.h"
#include "prep/columns.h"
#include "prep/identity.h"
#include "prep/slice.h"
#include "prep/split.h"
#include "rows.h"
#include "unit.h"

#define ROWS 3000
#define COLUMNS "id:l flag:b x:d r:r plan:t kind:e born:D seen:Z same:i few:i y:d"

enum
{
	ID, FLAG, X, R, PLAN, KIND, BORN, SEEN, SAME, FEW, Y
};

static double
uniform(int64_t row, int column)
{
	return ml_hash_uniform(ml_hash_word(ml_mix64((uint64_t) column + 1), (uint64_t) row));
}

/* One row of every type; a tenth of the values is missing, the id never. */
static void
write_row(char *text, int64_t row)
{
	char		cell[11][40];
	double		x = 2 * uniform(row, X) - 1;
	int			i;

	snprintf(cell[ID], sizeof(cell[0]), "%d", (int) row * 7);
	snprintf(cell[FLAG], sizeof(cell[0]), "%d", uniform(row, FLAG) < 0.5);
	snprintf(cell[X], sizeof(cell[0]), "%.17g", x);
	snprintf(cell[R], sizeof(cell[0]), "%.17g", (double) (float) uniform(row, R));
	snprintf(cell[PLAN], sizeof(cell[0]), "plan %d", (int) (uniform(row, PLAN) * 300));
	snprintf(cell[KIND], sizeof(cell[0]), "%c", 'a' + (int) (uniform(row, KIND) * 3));
	snprintf(cell[BORN], sizeof(cell[0]), "%.0f", 86400e6 * floor(9000 * uniform(row, BORN)));
	snprintf(cell[SEEN], sizeof(cell[0]), "%.0f", 1e15 * uniform(row, SEEN));
	for (i = FLAG; i <= SEEN; i++)
	{
		if (uniform(row, 100 + i) < 0.1)
			cell[i][0] = '\0';
	}
	snprintf(text, UNIT_ROW, "%s|%s|%s|%s|%s|%s|%s|%s|5|%d|%.17g", cell[ID], cell[FLAG], cell[X], cell[R],
			 cell[PLAN], cell[KIND], cell[BORN], cell[SEEN], (int) (uniform(row, FEW) * 4),
			 x * x + uniform(row, PLAN) + 0.1 * uniform(row, Y));
}

/* The same rows, in memory or beyond block_bytes in a file. */
static MlTable *
make_table(size_t block_bytes, int64_t n_rows)
{
	MlEnv	   *env = unit_env();
	MlTable    *table;
	char		text[UNIT_ROW];
	int64_t		row;

	env->block_bytes = block_bytes;
	table = unit_table(env, COLUMNS);
	for (row = 0; row < n_rows; row++)
	{
		write_row(text, row);
		if (unit_row(table, text) != ML_OK)
			abort();
	}
	if (ml_table_finish(table) != ML_OK)
		abort();
	return table;
}

static const void *
values(const MlColumn *column)
{
	return ml_column_is_category(column) ? (const void *) column->code : column->number;
}

static bool
same_column(const MlTable *a, const MlTable *b, int index)
{
	bool		same;

	if (ml_table_pin(a, index) != ML_OK || ml_table_pin(b, index) != ML_OK)
		return false;
	same = memcmp(values(&a->columns[index]), values(&b->columns[index]),
				  (size_t) a->n_rows * ml_column_width(&a->columns[index])) == 0;
	ml_table_unpin(a, index);
	ml_table_unpin(b, index);
	return same;
}

static void
test_pins(void)
{
	static const int64_t n_rows[] = {0, 1, 255, 256, 257, 512, ROWS};
	size_t		i;
	int			column;

	for (i = 0; i < sizeof(n_rows) / sizeof(n_rows[0]); i++)
	{
		MlTable    *memory = make_table(0, n_rows[i]);
		MlTable    *file = make_table(1, n_rows[i]);	/* blocks of 256 rows, the fewest */
		int			different = 0;
		int			left = 0;

		unit_ok(memory->file == NULL && (file->file != NULL) == (n_rows[i] > 256),
				"%d rows: a file when one block does not do", (int) n_rows[i]);
		for (column = 0; column < memory->n_columns; column++)
		{
			different += n_rows[i] > 0 && !same_column(memory, file, column);
			left += file->file != NULL && values(&file->columns[column]) != NULL;
		}
		unit_ok(different == 0, "%d rows: the columns are the same", (int) n_rows[i]);
		unit_ok(left == 0, "%d rows: and only in memory while pinned", (int) n_rows[i]);
	}
}

static void
test_nested_pins(void)
{
	MlTable    *table = make_table(1, 600);

	unit_ok(ml_table_pin(table, X) == ML_OK && ml_table_pin(table, X) == ML_OK, "pins nest");
	ml_table_unpin(table, X);
	unit_ok(table->columns[X].number != NULL, "one is left");
	ml_table_unpin(table, X);
	unit_ok(table->columns[X].number == NULL, "none is left");
}

static void
test_reads(void)
{
	MlTable    *memory = make_table(0, ROWS);
	MlTable    *file = make_table(40000, ROWS);
	double		a[ROWS];
	double		b[ROWS];
	int			different = 0;
	int			i;

	for (i = 0; i < 500; i++)
	{
		int			column = (int) (uniform(i, 200) * (Y + 1));
		int64_t		first = (int64_t) (uniform(i, 201) * ROWS);
		int64_t		n = (int64_t) (uniform(i, 202) * (double) (ROWS - first)) + 1;

		if (ml_table_read(memory, column, first, n, a) != ML_OK ||
			ml_table_read(file, column, first, n, b) != ML_OK ||
			memcmp(a, b, (size_t) n * ml_column_width(&memory->columns[column])) != 0)
			different++;
	}
	unit_ok(different == 0, "any rows of any column are read");
}

/* What is decided about columns, rows and encoders. */
typedef struct Prepared
{
	MlTable    *table;
	MlTarget	target;
	MlSplit		split;
	int			chosen[Y + 1];
	int			n_chosen;
	uint32_t   *rows;
	MlSignature signature;
	MlFrame		frame;
} Prepared;

static void
prepare(Prepared *p, size_t block_bytes, MlSplitMethod method, int column, bool by_content, int target)
{
	static const int key[] = {ID};
	MlEnv	   *env;
	MlColumnChoice choice = {.target = target, .key = ID, .weight = -1, .split_column = column};
	MlSplitOptions options;

	memset(p, 0, sizeof(*p));
	p->table = make_table(block_bytes, ROWS);
	env = p->table->env;
	ml_split_defaults(&options);
	options.method = method;
	options.column = column;
	options.validation = 0.1;
	options.by_content = by_content;
	if (ml_target_make(env, p->table, target, 0, NULL, &p->target) != ML_OK ||
		ml_choose_columns(env, p->table, &choice, p->chosen, &p->n_chosen) != ML_OK)
		abort();
	options.identity = by_content ? p->chosen : key;
	options.n_identity = by_content ? p->n_chosen : 1;
	p->rows = unit_all_rows(env, ROWS);
	if (ml_split_make(env, p->table, &p->target, &options, &p->split) != ML_OK ||
		ml_signature_fit(env, p->table, p->chosen, p->n_chosen, p->rows, ROWS, 20, "UTC", &p->signature) != ML_OK ||
		ml_warn_leaks(env, p->table, &p->target, p->chosen, p->n_chosen, p->rows, ROWS) != ML_OK ||
		ml_frame_begin(env, &p->signature, p->table, &p->frame) != ML_OK)
		abort();
}

static void
compare_prepared(const char *what, MlSplitMethod method, int column, bool by_content, int target)
{
	Prepared	a;
	Prepared	b;
	int			i;
	bool		same = true;

	prepare(&a, 0, method, column, by_content, target);
	prepare(&b, 1, method, column, by_content, target);
	unit_ok(memcmp(a.target.y, b.target.y, ROWS * sizeof(double)) == 0, "%s: the same target", what);
	unit_ok(a.n_chosen == b.n_chosen && memcmp(a.chosen, b.chosen, sizeof(a.chosen)) == 0,
			"%s: the same columns", what);
	unit_ok(memcmp(a.split.identity, b.split.identity, ROWS * sizeof(uint64_t)) == 0 &&
			memcmp(a.split.side, b.split.side, ROWS) == 0, "%s: the same sides", what);
	for (i = 0; i < a.signature.n_inputs; i++)
		same = same && a.signature.inputs[i].mean == b.signature.inputs[i].mean &&
			a.signature.inputs[i].sd == b.signature.inputs[i].sd &&
			a.signature.inputs[i].n_levels == b.signature.inputs[i].n_levels;
	unit_ok(same, "%s: the same encoders", what);
	unit_text(unit_warnings(b.table->env), unit_warnings(a.table->env), "%s: the same warnings", what);
	for (i = 0; i < b.table->n_columns; i++)
		same = same && b.table->columns[i].n_pins == 0;
	unit_ok(same, "%s: no pin is left", what);
}

static void
test_preparation(void)
{
	compare_prepared("random", ML_SPLIT_RANDOM, -1, false, Y);
	compare_prepared("classes", ML_SPLIT_RANDOM, -1, false, FLAG);
	compare_prepared("by content", ML_SPLIT_RANDOM, -1, true, Y);
	compare_prepared("groups", ML_SPLIT_GROUP, PLAN, false, Y);
	compare_prepared("time", ML_SPLIT_TIME, SEEN, false, Y);
}

/* rows (n) through slices against the frame with everything pinned. */
static int
count_wrong(const Prepared *whole, const Prepared *p, const uint32_t *rows, int64_t n)
{
	MlEnv	   *env = p->table->env;
	MlSlice		slice;
	double		expected[64];
	double		got[64];
	int64_t		at;
	int64_t		taken;
	int64_t		i;
	int			wrong = 0;

	if (ml_slice_begin(env, &p->frame, &slice) != ML_OK)
		return -1;
	for (at = 0; at < n; at += taken)
	{
		if (ml_slice_take(&slice, rows, at, n, &taken) != ML_OK || taken < 1 || at + taken > n)
			return -1;
		for (i = 0; i < taken; i++)
		{
			ml_frame_row(&whole->frame, rows == NULL ? at + i : rows[at + i], expected);
			ml_frame_row(&slice.part, slice.rows[i], got);
			wrong += memcmp(got, expected, sizeof(double) * (size_t) whole->frame.n_inputs) != 0;
		}
	}
	ml_slice_end(&slice);
	return wrong;
}

static void
test_slices(void)
{
	Prepared	whole;
	Prepared	memory;
	Prepared	file;
	uint32_t	sparse[ROWS];
	uint32_t	mixed[ROWS];
	int			n_sparse = 0;
	int		   *order;
	int			i;

	prepare(&whole, 0, ML_SPLIT_RANDOM, -1, false, Y);
	prepare(&memory, 0, ML_SPLIT_RANDOM, -1, false, Y);
	prepare(&file, 1, ML_SPLIT_RANDOM, -1, false, Y);
	unit_ok(ml_frame_pin_all(&whole.frame) == ML_OK, "a whole frame");
	order = unit_shuffle(whole.table->env, ROWS);
	for (i = 0; i < ROWS; i++)
	{
		mixed[i] = (uint32_t) order[i];
		if (uniform(i, 300) < 0.02)
			sparse[n_sparse++] = (uint32_t) i;
	}
	unit_ok(whole.frame.n_inputs <= 64 && whole.frame.n_inputs > 12, "%d inputs of all kinds", whole.frame.n_inputs);
	unit_ok(count_wrong(&whole, &memory, NULL, ROWS) == 0, "slices of memory: all rows");
	unit_ok(count_wrong(&whole, &memory, whole.rows, ROWS) == 0, "slices of memory: given rows");
	unit_ok(count_wrong(&whole, &memory, mixed, ROWS) == 0, "slices of memory: in any order");
	unit_ok(count_wrong(&whole, &file, NULL, ROWS) == 0, "slices of a file: all rows");
	unit_ok(count_wrong(&whole, &file, sparse, n_sparse) == 0, "slices of a file: some rows");
	unit_ok(count_wrong(&whole, &file, mixed, ROWS) == 0, "slices of a file: in any order");
	for (i = 0; i < file.frame.n_inputs; i += 2)
		if (ml_frame_pin(&file.frame, i) != ML_OK)
			abort();
	unit_ok(count_wrong(&whole, &file, sparse, n_sparse) == 0, "slices of a file: with some inputs pinned");
	ml_frame_end(&file.frame);
	for (i = 0; i < file.table->n_columns && file.table->columns[i].n_pins == 0; i++)
		;
	unit_ok(i == file.table->n_columns, "the end of a frame gives its pins back");
}

/* Bytes of the model that gbt fits. */
static MlWriter
fit_gbt(Prepared *p)
{
	MlEnv	   *env = p->table->env;
	double		parameters[ML_MAX_PARAMETERS];
	MlFitInput	input = {0};
	MlFitted	fitted = {0};
	MlWriter	writer;
	int			i;

	for (i = 0; i < ml_gbt.n_parameters; i++)
		parameters[i] = ml_gbt.parameters[i].initial;
	parameters[ml_parameter_index(&ml_gbt, "trees")] = 10;
	input.signature = &p->signature;
	input.frame = &p->frame;
	input.task = ML_REGRESSION;
	input.y = p->target.y;
	input.identity = p->split.identity;
	input.rows = p->rows;
	input.n_rows = ROWS - 500;
	input.validation = p->rows + ROWS - 500;
	input.n_validation = 500;
	input.parameters = parameters;
	ml_writer_begin(&writer, env);
	if (ml_gbt.fit(env, &input, &fitted) != ML_OK || ml_gbt.encode(fitted.model, &writer) != ML_OK)
		abort();
	return writer;
}

static void
test_fit(void)
{
	Prepared	memory;
	Prepared	file;
	MlWriter	a;
	MlWriter	b;

	prepare(&memory, 0, ML_SPLIT_RANDOM, -1, false, Y);
	prepare(&file, 1, ML_SPLIT_RANDOM, -1, false, Y);
	a = fit_gbt(&memory);
	b = fit_gbt(&file);
	unit_ok(a.length > 500 && a.length == b.length && memcmp(a.data, b.data, a.length) == 0,
			"the same model, byte for byte");
}

/* Equal rows get ordinals however many rows there are. */
static void
test_identities(void)
{
	enum
	{
		MANY = 2200000, DIFFERENT = 1500000
	};
	static const int only[] = {0};
	MlEnv	   *env = unit_env();
	MlTable    *table;
	MlValue		value = {0};
	uint64_t   *plain = ml_allocate(env, MANY, sizeof(uint64_t));
	uint64_t   *numbered = ml_allocate(env, MANY, sizeof(uint64_t));
	int			wrong = 0;
	int			i;

	env->block_bytes = 1000000;
	table = unit_table(env, "a:i");
	for (i = 0; i < MANY; i++)
	{
		value.number = i % DIFFERENT;
		if (ml_table_add_row(table, &value) != ML_OK)
			abort();
	}
	if (ml_table_finish(table) != ML_OK ||
		ml_row_identities(env, table, only, 1, false, plain) != ML_OK ||
		ml_row_identities(env, table, only, 1, true, numbered) != ML_OK)
		abort();
	for (i = 0; i < MANY; i++)
		wrong += numbered[i] != ml_hash_word(plain[i], i < DIFFERENT ? 0 : 1);
	unit_ok(wrong == 0, "equal rows are numbered");
}

static void
test_failures(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table;
	char		text[UNIT_ROW];
	double		value[4];
	MlStatus	status = ML_OK;
	int64_t		row;

	env->block_bytes = 1;
	table = unit_table(env, COLUMNS);
	unit_file_limit(env, 50000);
	for (row = 0; status == ML_OK && row < ROWS; row++)
	{
		write_row(text, row);
		status = unit_row(table, text);
	}
	unit_ok(status == ML_LIMIT && table->n_rows % 256 == 0, "a file that cannot grow ends it");
	unit_file_limit(env, 1000000);
	unit_ok(unit_row(table, text) == ML_OK && ml_table_finish(table) == ML_OK, "with more room it goes on");
	unit_ok(ml_table_read(table, ID, table->n_rows - 1, 1, value) == ML_OK && value[0] == (double) ((row - 1) * 7),
			"as if nothing had been");

	unit_budget(env, 1000);
	unit_ok(ml_table_pin(table, X) == ML_OUT_OF_MEMORY && table->columns[X].n_pins == 0, "no memory for a pin");
	unit_budget(env, (size_t) 1 << 30);
	unit_stop_after(env, 1);
	unit_ok(ml_table_pin(table, X) == ML_INTERRUPTED && table->columns[X].n_pins == 0, "a stop while reading");
	unit_stop_after(env, -1);
	unit_ok(ml_table_pin(table, X) == ML_OK, "and then it works");
}

int
main(void)
{
	test_pins();
	test_nested_pins();
	test_reads();
	test_preparation();
	test_slices();
	test_fit();
	test_identities();
	test_failures();
	return unit_done();
}
