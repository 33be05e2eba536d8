/*
 * unit.c
 *		The TAP harness of the unit tests; see unit.h.
 *
 * Every block carries a header that links it into its environment, so that
 * unit_done() can free all of them and the leak checker stays quiet. Bytes
 * that a resize adds are filled with a pattern: code that takes them for
 * zeroes fails here before it fails in a server.
 */
#include "unit.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct UnitBlock
{
	struct UnitBlock *previous;
	struct UnitBlock *next;
	size_t		size;
	size_t		padding;		/* keeps what follows 16-byte aligned */
} UnitBlock;

#define UNIT_FILES 4

typedef struct UnitEnv
{
	MlEnv		env;
	UnitBlock	blocks;			/* head of a ring */
	size_t		living;
	size_t		budget;
	int			calls_left;		/* of should_stop; negative: never stop */
	FILE	   *files[UNIT_FILES];
	int			n_files;
	size_t		file_bytes;		/* that files may grow to */
	char	   *warnings;
	struct UnitEnv *next;
} UnitEnv;

static UnitEnv *unit_environments = NULL;
static int	unit_tests = 0;
static int	unit_failures = 0;

static void *
unit_checked(void *block)
{
	if (block == NULL)
	{
		printf("Bail out! the test machine is out of memory\n");
		exit(1);
	}
	return block;
}

static void
unit_link(UnitEnv *owner, UnitBlock *block, size_t size)
{
	block->size = size;
	block->previous = &owner->blocks;
	block->next = owner->blocks.next;
	block->next->previous = block;
	owner->blocks.next = block;
	owner->living += size;
}

static void
unit_unlink(UnitEnv *owner, UnitBlock *block)
{
	block->previous->next = block->next;
	block->next->previous = block->previous;
	owner->living -= block->size;
}

static bool
unit_affordable(const UnitEnv *owner, size_t living, size_t size)
{
	return size <= owner->budget && living <= owner->budget - size &&
		size <= SIZE_MAX / 2 - sizeof(UnitBlock);
}

static void *
unit_allocate(MlEnv *env, size_t size)
{
	UnitEnv    *owner = env->owner;
	UnitBlock  *block;

	if (!unit_affordable(owner, owner->living, size))
		return NULL;
	block = calloc(1, sizeof(UnitBlock) + size);
	if (block == NULL)
		return NULL;
	unit_link(owner, block, size);
	return block + 1;
}

static void *
unit_resize(MlEnv *env, void *old, size_t size)
{
	UnitEnv    *owner = env->owner;
	UnitBlock  *block = old == NULL ? NULL : (UnitBlock *) old - 1;
	UnitBlock  *grown;
	size_t		held = block == NULL ? 0 : block->size;
	size_t		kept = held < size ? held : size;

	if (!unit_affordable(owner, owner->living - held, size))
		return NULL;
	grown = malloc(sizeof(UnitBlock) + size);
	if (grown == NULL)
		return NULL;
	if (block != NULL)
	{
		memcpy(grown + 1, old, kept);
		unit_unlink(owner, block);
		free(block);
	}
	memset((char *) (grown + 1) + kept, 0xa5, size - kept);
	unit_link(owner, grown, size);
	return grown + 1;
}

static void
unit_release(MlEnv *env, void *old)
{
	UnitBlock  *block = (UnitBlock *) old - 1;

	unit_unlink(env->owner, block);
	free(block);
}

static bool
unit_should_stop(MlEnv *env)
{
	UnitEnv    *owner = env->owner;

	if (owner->calls_left < 0)
		return false;
	if (owner->calls_left == 0)
		return true;
	owner->calls_left--;
	return false;
}

static void
unit_report(MlEnv *env, const MlProgress *progress)
{
	/* Evidence enough that the caller filled it: the phase must be text. */
	(void) env;
	if (progress->phase == NULL)
	{
		printf("Bail out! progress was reported without a phase\n");
		exit(1);
	}
}

static void
unit_warn(MlEnv *env, const char *message)
{
	UnitEnv    *owner = env->owner;
	size_t		old = strlen(owner->warnings);
	size_t		more = strlen(message);

	owner->warnings = unit_checked(realloc(owner->warnings, old + more + 2));
	if (old > 0)
		owner->warnings[old++] = '\n';
	memcpy(owner->warnings + old, message, more + 1);
}

static void *
unit_file_open(MlEnv *env)
{
	UnitEnv    *owner = env->owner;

	if (owner->n_files == UNIT_FILES)
	{
		printf("Bail out! too many scratch files\n");
		exit(1);
	}
	owner->files[owner->n_files] = unit_checked(tmpfile());
	return owner->files[owner->n_files++];
}

static MlStatus
unit_file_write(MlEnv *env, void *file, uint64_t offset, const void *bytes, size_t size)
{
	UnitEnv    *owner = env->owner;

	if (offset + size > owner->file_bytes)
		return ml_fail(env, ML_LIMIT, "the file is full");
	if (fseek(file, (long) offset, SEEK_SET) != 0 || fwrite(bytes, 1, size, file) != size)
		return ml_fail(env, ML_UNAVAILABLE, "the file cannot be written");
	return ML_OK;
}

static MlStatus
unit_file_read(MlEnv *env, void *file, uint64_t offset, void *bytes, size_t size)
{
	if (fseek(file, (long) offset, SEEK_SET) != 0 || fread(bytes, 1, size, file) != size)
		return ml_fail(env, ML_UNAVAILABLE, "the file cannot be read");
	return ML_OK;
}

MlEnv *
unit_env(void)
{
	UnitEnv    *owner = unit_checked(calloc(1, sizeof(UnitEnv)));

	owner->env.allocate = unit_allocate;
	owner->env.resize = unit_resize;
	owner->env.release = unit_release;
	owner->env.should_stop = unit_should_stop;
	owner->env.report = unit_report;
	owner->env.warn = unit_warn;
	owner->env.file_open = unit_file_open;
	owner->env.file_write = unit_file_write;
	owner->env.file_read = unit_file_read;
	owner->env.simd = ml_simd_best();
	owner->env.owner = owner;
	owner->blocks.next = &owner->blocks;
	owner->blocks.previous = &owner->blocks;
	owner->budget = SIZE_MAX;
	owner->file_bytes = SIZE_MAX;
	owner->calls_left = -1;
	owner->warnings = unit_checked(calloc(1, 1));
	owner->next = unit_environments;
	unit_environments = owner;
	return &owner->env;
}

const char *
unit_warnings(MlEnv *env)
{
	return ((UnitEnv *) env->owner)->warnings;
}

void
unit_stop_after(MlEnv *env, int calls)
{
	((UnitEnv *) env->owner)->calls_left = calls;
}

void
unit_budget(MlEnv *env, size_t bytes)
{
	((UnitEnv *) env->owner)->budget = bytes;
}

void
unit_file_limit(MlEnv *env, size_t bytes)
{
	((UnitEnv *) env->owner)->file_bytes = bytes;
}

static void unit_result(bool ok, const char *format, va_list arguments)
			__attribute__((format(printf, 2, 0)));

static void
unit_result(bool ok, const char *format, va_list arguments)
{
	unit_tests++;
	if (!ok)
		unit_failures++;
	printf("%s %d - ", ok ? "ok" : "not ok", unit_tests);
	vprintf(format, arguments);
	printf("\n");
	fflush(stdout);
}

void
unit_ok(bool ok, const char *format,...)
{
	va_list		arguments;

	va_start(arguments, format);
	unit_result(ok, format, arguments);
	va_end(arguments);
}

static bool
unit_is_near(double actual, double expected, double tolerance)
{
	if (isnan(expected) || isnan(actual))
		return isnan(expected) && isnan(actual);
	if (isinf(expected) || isinf(actual))
		return expected == actual;
	return fabs(actual - expected) <= tolerance * fmax(1.0, fabs(expected));
}

void
unit_near(double actual, double expected, double tolerance, const char *format,...)
{
	bool		ok = unit_is_near(actual, expected, tolerance);
	va_list		arguments;

	va_start(arguments, format);
	unit_result(ok, format, arguments);
	va_end(arguments);
	if (!ok)
		printf("#   got %.17g, expected %.17g within %g\n", actual, expected, tolerance);
}

void
unit_text(const char *actual, const char *expected, const char *format,...)
{
	bool		ok;
	va_list		arguments;

	if (actual == NULL || expected == NULL)
		ok = actual == expected;
	else
		ok = strcmp(actual, expected) == 0;
	va_start(arguments, format);
	unit_result(ok, format, arguments);
	va_end(arguments);
	if (!ok)
		printf("#   got      \"%s\"\n#   expected \"%s\"\n",
			   actual ? actual : "(null)", expected ? expected : "(null)");
}

/* test/data/<file>, found beside this source file. */
static FILE *
unit_open(const char *file)
{
	static const char source[] = __FILE__;
	const char *name = strrchr(source, '/');
	int			folder = name ? (int) (name - source) : 0;
	char		path[4096];
	FILE	   *stream;

	snprintf(path, sizeof(path), "%.*s%s../data/%s", folder, source, name ? "/" : "", file);
	stream = fopen(path, "r");
	if (stream == NULL)
	{
		printf("Bail out! cannot read %s\n", path);
		exit(1);
	}
	return stream;
}

static int
unit_count_cells(const char *line)
{
	int			cells = 1;

	for (; *line != '\0'; line++)
		cells += *line == ',';
	return cells;
}

/* The cells of one line into `cell`; ends the program when there are not `columns`. */
static void
unit_parse(char *line, double *cell, int columns, const char *file, int row)
{
	char	   *at = line;
	int			i;

	for (i = 0; i < columns; i++)
	{
		char	   *end;

		cell[i] = strtod(at, &end);
		if (end == at)
			cell[i] = NAN;
		at = end;
		if (*at != (i + 1 < columns ? ',' : '\0'))
		{
			printf("Bail out! %s, row %d, cell %d is not a number\n", file, row + 1, i + 1);
			exit(1);
		}
		at++;
	}
}

double *
unit_csv(const char *file, int *rows, int *columns)
{
	static MlEnv *cells_env = NULL;
	FILE	   *stream = unit_open(file);
	char	   *line = NULL;
	size_t		line_size = 0;
	size_t		capacity = 64;
	double	   *cells;

	if (cells_env == NULL)
		cells_env = unit_env();
	*rows = 0;
	*columns = getline(&line, &line_size, stream) > 0 ? unit_count_cells(line) : 0;
	cells = unit_checked(unit_allocate(cells_env, capacity * *columns * sizeof(double)));
	while (getline(&line, &line_size, stream) > 0)
	{
		line[strcspn(line, "\r\n")] = '\0';
		if ((size_t) *rows == capacity)
		{
			capacity *= 2;
			cells = unit_checked(unit_resize(cells_env, cells, capacity * *columns * sizeof(double)));
		}
		unit_parse(line, cells + (size_t) *rows * *columns, *columns, file, *rows);
		(*rows)++;
	}
	free(line);
	fclose(stream);
	return cells;
}

static void
unit_free_environment(UnitEnv *owner)
{
	while (owner->blocks.next != &owner->blocks)
		unit_release(&owner->env, owner->blocks.next + 1);
	while (owner->n_files > 0)
		fclose(owner->files[--owner->n_files]);
	free(owner->warnings);
	free(owner);
}

int
unit_done(void)
{
	while (unit_environments != NULL)
	{
		UnitEnv    *owner = unit_environments;

		unit_environments = owner->next;
		unit_free_environment(owner);
	}
	printf("1..%d\n", unit_tests);
	if (unit_failures > 0)
		printf("# %d of %d failed\n", unit_failures, unit_tests);
	return unit_failures > 0 || unit_tests == 0;
}
