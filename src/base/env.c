/*
 * base/env.c
 *		Checked allocation, errors and warnings on top of an environment.
 *
 * The callbacks of MlEnv only move bytes; what every caller would have to
 * repeat stands here: the product of count and size is checked, a failure
 * leaves words for the user, and callbacks that a caller does not need may be
 * NULL (should_stop, report, warn).
 */
#include "base/env.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"

/* count * size in *bytes, at least 1: an empty array has an address, too. */
static bool
array_bytes(MlEnv *env, size_t count, size_t size, size_t *bytes)
{
	if (!ml_size_multiply(count, size, bytes))
	{
		ml_fail(env, ML_OUT_OF_MEMORY, "out of memory");
		ml_detail(env, "An array of %zu elements of %zu bytes was asked for.", count, size);
		return false;
	}
	if (*bytes == 0)
		*bytes = 1;
	return true;
}

static void
fail_out_of_memory(MlEnv *env, size_t bytes)
{
	ml_fail(env, ML_OUT_OF_MEMORY, "out of memory");
	ml_detail(env, "A block of %zu bytes could not be allocated.", bytes);
}

void *
ml_allocate(MlEnv *env, size_t count, size_t size)
{
	size_t		bytes;
	void	   *block;

	if (!array_bytes(env, count, size, &bytes))
		return NULL;
	block = env->allocate(env, bytes);
	if (block == NULL)
		fail_out_of_memory(env, bytes);
	return block;
}

void *
ml_resize(MlEnv *env, void *block, size_t count, size_t size)
{
	size_t		bytes;
	void	   *resized;

	if (!array_bytes(env, count, size, &bytes))
		return NULL;
	resized = env->resize(env, block, bytes);
	if (resized == NULL)
		fail_out_of_memory(env, bytes);
	return resized;
}

void
ml_release(MlEnv *env, void *block)
{
	if (block != NULL)
		env->release(env, block);
}

char *
ml_copy_text(MlEnv *env, const char *text, size_t length)
{
	size_t		bytes;
	char	   *copy;

	if (!ml_size_add(length, 1, &bytes))
	{
		fail_out_of_memory(env, length);
		return NULL;
	}
	copy = ml_allocate(env, bytes, 1);
	if (copy != NULL && length > 0)
		memcpy(copy, text, length);
	return copy;
}

static void format_text(char *buffer, const char *format, va_list arguments)
			__attribute__((format(printf, 2, 0)));

/*
 * vsnprintf cuts at a byte; a UTF-8 character cut in the middle would be
 * refused by whoever prints the text, so the broken end is taken off.
 */
static void
format_text(char *buffer, const char *format, va_list arguments)
{
	int			length = vsnprintf(buffer, ML_ERROR_TEXT, format, arguments);
	int			end = ML_ERROR_TEXT - 1;
	int			start = end;
	int			character;
	unsigned char lead;

	if (length < ML_ERROR_TEXT)
		return;
	while (start > 0 && ((unsigned char) buffer[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0)
		return;
	lead = (unsigned char) buffer[start - 1];
	character = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	if (start - 1 + character > end)
		buffer[start - 1] = '\0';
}

MlStatus
ml_fail(MlEnv *env, MlStatus status, const char *format,...)
{
	va_list		arguments;

	memset(&env->error, 0, sizeof(env->error));
	env->error.status = status;
	va_start(arguments, format);
	format_text(env->error.message, format, arguments);
	va_end(arguments);
	return status;
}

void
ml_detail(MlEnv *env, const char *format,...)
{
	va_list		arguments;

	va_start(arguments, format);
	format_text(env->error.detail, format, arguments);
	va_end(arguments);
}

void
ml_hint(MlEnv *env, const char *format,...)
{
	va_list		arguments;

	va_start(arguments, format);
	format_text(env->error.hint, format, arguments);
	va_end(arguments);
}

void
ml_warn(MlEnv *env, const char *format,...)
{
	char		message[ML_ERROR_TEXT];
	va_list		arguments;

	if (env->warn == NULL)
		return;
	va_start(arguments, format);
	format_text(message, format, arguments);
	va_end(arguments);
	env->warn(env, message);
}

MlStatus
ml_check_stop(MlEnv *env)
{
	if (env->should_stop == NULL || !env->should_stop(env))
		return ML_OK;
	return ml_fail(env, ML_INTERRUPTED, "the computation was canceled");
}

void
ml_report(MlEnv *env, const char *phase, double fraction, int64_t rows, int iteration, double loss)
{
	MlProgress	progress;

	if (env->report == NULL)
		return;
	progress.phase = phase;
	progress.fraction = fraction;
	progress.rows = rows;
	progress.iteration = iteration;
	progress.loss = loss;
	env->report(env, &progress);
}
