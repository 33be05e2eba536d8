/*
 * bridge/env.c
 *		A PostgreSQL memory context as an environment for code below the border.
 *
 * The environment lives in the context that it allocates from, so deleting
 * the context, also after an error, ends all of it. The budget counts what the
 * context has taken from the system, free space in its blocks included.
 *
 * Scratch files belong to the resource owner of the caller, so that they are
 * gone after an error as well.
 */
#include "postgres.h"

#include <sys/mman.h>
#include <unistd.h>

#include "commands/tablespace.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "storage/fd.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/wait_event.h"

#include "bridge/env.h"
#include "bridge/progress.h"
#include "bridge/settings.h"
#include "bridge/team.h"

/* Bytes of a scratch file read or written in one call of the system. */
#define FILE_PIECE ((size_t) 1 << 26)

/*
 * Trees read large arrays by row lists, a few bytes here and there: with pages
 * of 4 kB looking up the page costs more than the bytes. So blocks from
 * HUGE_BLOCK on begin where a huge page can, and ask for such pages. What lies
 * between the chunk of the memory context and the block is never touched.
 */
#define HUGE_BLOCK ((Size) 2 << 20)
#define HUGE_PAGE ((Size) 2 << 20)

typedef struct HugeBlock
{
	void	   *block;			/* a multiple of HUGE_PAGE */
	Size		size;
	void	   *chunk;			/* what the memory context gave; before it */
} HugeBlock;

typedef struct MlopsEnv
{
	MlEnv		env;			/* first: the callbacks cast */
	MemoryContext context;
	Size		budget;			/* 0: none */
	Size		peak;			/* most bytes taken at once */
	Size		untouched;		/* bytes before and behind huge blocks */
	List	   *huge;			/* of HugeBlock */
	bool		over_budget;	/* the last refusal was the budget's */
	List	   *files;			/* of File; one of them is its number, which is above 0 */
	List	   *warnings;
} MlopsEnv;

static void *take_huge(MlopsEnv *self, Size size);
static HugeBlock *find_huge(const MlopsEnv *self, const void *block);
static void release_huge(MlopsEnv *self, HugeBlock *huge);

static MlopsEnv *
mlops_env(MlEnv *env)
{
	return (MlopsEnv *) env->owner;
}

/* May the context take `size` bytes more, of which `held` come back? */
static bool
within_budget(MlopsEnv *self, Size size, Size held)
{
	Size		taken;

	self->over_budget = false;
	if (!AllocHugeSizeIsValid(size))
		return false;
	taken = MemoryContextMemAllocated(self->context, true) - self->untouched;
	taken -= Min(taken, held);
	self->over_budget = self->budget > 0 && (taken > self->budget || size > self->budget - taken);
	if (!self->over_budget)
		self->peak = Max(self->peak, taken + size);
	return !self->over_budget;
}

/* New bytes, not cleared; NULL when they cannot be had. */
static void *
take(MlopsEnv *self, Size size)
{
	if (size >= HUGE_BLOCK)
		return take_huge(self, size);
	return MemoryContextAllocExtended(self->context, size, MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
}

static void *
take_huge(MlopsEnv *self, Size size)
{
	HugeBlock  *huge;
	MemoryContext saved;
	void	   *chunk = MemoryContextAllocExtended(self->context, size + HUGE_PAGE,
												  MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);

	if (chunk == NULL)
		return NULL;
	saved = MemoryContextSwitchTo(self->context);
	huge = palloc(sizeof(HugeBlock));
	huge->chunk = chunk;
	huge->size = size;
	huge->block = (void *) TYPEALIGN(HUGE_PAGE, chunk);
	self->huge = lappend(self->huge, huge);
	self->untouched += HUGE_PAGE;
	MemoryContextSwitchTo(saved);
#ifdef MADV_HUGEPAGE
	/* only advice, and only before the block is touched */
	(void) madvise(huge->block, size / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
#endif
	return huge->block;
}

/* NULL when it is an ordinary block. */
static HugeBlock *
find_huge(const MlopsEnv *self, const void *block)
{
	ListCell   *cell;

	if (block == NULL || (uintptr_t) block % HUGE_PAGE != 0)
		return NULL;
	foreach(cell, self->huge)
		if (((HugeBlock *) lfirst(cell))->block == block)
			return lfirst(cell);
	return NULL;
}

static void
release_huge(MlopsEnv *self, HugeBlock *huge)
{
	self->huge = list_delete_ptr(self->huge, huge);
	self->untouched -= HUGE_PAGE;
	pfree(huge->chunk);
	pfree(huge);
}

static void *
env_allocate(MlEnv *env, size_t size)
{
	MlopsEnv   *self = mlops_env(env);
	void	   *block;

	if (!within_budget(self, size, 0))
		return NULL;
	block = take(self, size);
	if (block != NULL)
		memset(block, 0, size);
	return block;
}

/* A huge block moves; the old one is counted until it has. */
static void *
resize_huge(MlopsEnv *self, HugeBlock *huge, Size size)
{
	void	   *block;

	if (!within_budget(self, size, 0))
		return NULL;
	block = take(self, size);
	if (block == NULL)
		return NULL;
	memcpy(block, huge->block, Min(huge->size, size));
	release_huge(self, huge);
	return block;
}

static void *
env_resize(MlEnv *env, void *block, size_t size)
{
	MlopsEnv   *self = mlops_env(env);
	HugeBlock  *huge = find_huge(self, block);

	if (huge != NULL)
		return resize_huge(self, huge, size);
	if (!within_budget(self, size, block == NULL ? 0 : GetMemoryChunkSpace(block)))
		return NULL;
	if (block == NULL)
		return take(self, size);
	return repalloc_extended(block, size, MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
}

static void
env_release(MlEnv *env, void *block)
{
	MlopsEnv   *self = mlops_env(env);
	HugeBlock  *huge = find_huge(self, block);

	if (huge != NULL)
		release_huge(self, huge);
	else
		pfree(block);
}

/*
 * Cancel and termination are answered by unwinding in order, so that
 * mlops_check() raises them; everything else (configuration, messages of
 * workers, a lost client) is the server's to handle here and now.
 */
static bool
env_should_stop(MlEnv *env)
{
	if (!INTERRUPTS_PENDING_CONDITION() || InterruptHoldoffCount != 0 || CritSectionCount != 0)
		return false;
	if (ProcDiePending || (QueryCancelPending && QueryCancelHoldoffCount == 0))
		return true;
	CHECK_FOR_INTERRUPTS();
	return false;
}

static void
env_report(MlEnv *env, const MlProgress *progress)
{
	mlops_progress_update(progress);
}

static void
env_warn(MlEnv *env, const char *message)
{
	MlopsEnv   *self = mlops_env(env);
	MemoryContext saved = MemoryContextSwitchTo(self->context);

	self->warnings = lappend(self->warnings, pstrdup(message));
	MemoryContextSwitchTo(saved);
}

static void *
env_file_open(MlEnv *env)
{
	MlopsEnv   *self = mlops_env(env);
	MemoryContext saved = MemoryContextSwitchTo(self->context);
	File		file;

	PrepareTempTablespaces();
	file = OpenTemporaryFile(false);
	self->files = lappend_int(self->files, file);
	MemoryContextSwitchTo(saved);
	return (void *) (intptr_t) file;
}

static MlStatus
env_file_write(MlEnv *env, void *file, uint64_t offset, const void *bytes, size_t size)
{
	File		target = (File) (intptr_t) file;
	const char *from = bytes;

	while (size > 0)
	{
		int			piece = (int) Min(size, FILE_PIECE);
		int			written;

		errno = 0;
		written = FileWrite(target, unconstify(char *, from), piece, (off_t) offset,
							WAIT_EVENT_BUFFILE_WRITE);
		if (written <= 0)
			ereport(ERROR,
					(errcode_for_file_access(),
					 errmsg("could not write to file \"%s\": %m", FilePathName(target))));
		from += written;
		offset += written;
		size -= written;
	}
	return ML_OK;
}

static MlStatus
env_file_read(MlEnv *env, void *file, uint64_t offset, void *bytes, size_t size)
{
	File		source = (File) (intptr_t) file;
	char	   *into = bytes;

	while (size > 0)
	{
		int			piece = (int) Min(size, FILE_PIECE);
		int			got = FileRead(source, into, piece, (off_t) offset, WAIT_EVENT_BUFFILE_READ);

		if (got < 0)
			ereport(ERROR,
					(errcode_for_file_access(),
					 errmsg("could not read file \"%s\": %m", FilePathName(source))));
		if (got == 0)
			ereport(ERROR,
					(errcode(ERRCODE_DATA_CORRUPTED),
					 errmsg("file \"%s\" ends too early", FilePathName(source))));
		into += got;
		offset += got;
		size -= got;
	}
	return ML_OK;
}

/* Raw rows get at most a quarter of the budget: the rest is for what they become. */
static size_t
block_bytes(Size budget)
{
	Size		bytes = (Size) mlops_block_memory * 1024;

	return budget > 0 ? Min(bytes, budget / 4) : bytes;
}

MlEnv *
mlops_env_begin(MemoryContext parent, const char *name, Size budget)
{
	MemoryContext context = AllocSetContextCreate(parent, "mlops environment",
												  ALLOCSET_DEFAULT_SIZES);
	MlopsEnv   *self = MemoryContextAllocZero(context, sizeof(MlopsEnv));

	MemoryContextSetIdentifier(context, MemoryContextStrdup(context, name));
	self->env.allocate = env_allocate;
	self->env.resize = env_resize;
	self->env.release = env_release;
	self->env.should_stop = env_should_stop;
	self->env.report = env_report;
	self->env.warn = env_warn;
	self->env.team_begin = mlops_team_begin;
	self->env.team_end = mlops_team_end;
	self->env.file_open = env_file_open;
	self->env.file_write = env_file_write;
	self->env.file_read = env_file_read;
	self->env.block_bytes = block_bytes(budget);
	self->env.simd = mlops_simd ? ml_simd_best() : ML_SIMD_NONE;
	self->env.owner = self;
	self->context = context;
	self->budget = budget;
	return &self->env;
}

void
mlops_env_end(MlEnv *env)
{
	ListCell   *cell;

	foreach(cell, mlops_env(env)->files)
		FileClose(lfirst_int(cell));
	MemoryContextDelete(mlops_env(env)->context);
}

Size
mlops_env_peak(MlEnv *env)
{
	return mlops_env(env)->peak;
}

MemoryContext
mlops_env_context(MlEnv *env)
{
	return mlops_env(env)->context;
}

List *
mlops_env_warnings(MlEnv *env)
{
	return mlops_env(env)->warnings;
}

static int
status_sqlstate(MlStatus status)
{
	switch (status)
	{
		case ML_OK:
			return ERRCODE_SUCCESSFUL_COMPLETION;
		case ML_INTERRUPTED:
			return ERRCODE_QUERY_CANCELED;
		case ML_OUT_OF_MEMORY:
			return ERRCODE_OUT_OF_MEMORY;
		case ML_LIMIT:
			return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
		case ML_INVALID_OPTION:
			return ERRCODE_INVALID_PARAMETER_VALUE;
		case ML_INVALID_DATA:
			return ERRCODE_DATA_EXCEPTION;
		case ML_CORRUPT:
			return ERRCODE_DATA_CORRUPTED;
		case ML_UNAVAILABLE:
			return ERRCODE_UNDEFINED_FILE;
	}
	return ERRCODE_INTERNAL_ERROR;
}

/*
 * Cut at a whole character; text that is none in the server's encoding (such
 * as UTF-8 from an artifact in a database of another one) loses what is not
 * ASCII, because an error message must always be deliverable.
 */
static void
make_printable(char *text)
{
	int			length = strnlen(text, ML_ERROR_TEXT - 1);
	int			i;

	text[length] = '\0';
	if (!pg_verifymbstr(text, length, true))
	{
		for (i = 0; i < length; i++)
		{
			if (IS_HIGHBIT_SET(text[i]))
				text[i] = '?';
		}
	}
}

static void
raise_budget(MlError *error)
{
	const char *limit = GetConfigOptionByName("mlops.training_memory", NULL, false);

	ereport(ERROR,
			(errcode(ERRCODE_OUT_OF_MEMORY),
			 errmsg("mlops.training_memory of %s is exhausted", limit),
			 error->detail[0] ? errdetail_internal("%s", error->detail) : 0,
			 errhint("Raise mlops.training_memory, leave out columns, or train on fewer rows.")));
}

void
mlops_check(MlEnv *env, MlStatus status)
{
	MlError    *error = &env->error;

	if (status == ML_OK)
		return;
	if (status == ML_INTERRUPTED)
	{
		CHECK_FOR_INTERRUPTS();
		ereport(ERROR,
				(errcode(ERRCODE_QUERY_CANCELED),
				 errmsg("canceling statement due to user request")));
	}
	make_printable(error->message);
	make_printable(error->detail);
	make_printable(error->hint);
	if (status == ML_OUT_OF_MEMORY && mlops_env(env)->over_budget)
		raise_budget(error);
	ereport(ERROR,
			(errcode(status_sqlstate(status)),
			 errmsg_internal("%s", error->message[0] ? error->message : "the computation failed"),
			 error->detail[0] ? errdetail_internal("%s", error->detail) : 0,
			 error->hint[0] ? errhint("%s", error->hint) : 0));
}
