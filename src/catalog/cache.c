/*
 * catalog/cache.c
 *		Prepared models of this backend, by digest.
 *
 * An entry owns one memory context with the artifact's bytes and what was
 * decoded from them; the decoded model points into the bytes. While it is
 * being loaded the context hangs below the caller's, so that an error leaves
 * nothing behind; only a complete entry moves below the cache. Entries in use
 * are pinned by a reset callback of the user's context. When the cache is
 * over its limit, unpinned entries go, the one that was not used for longest
 * first; a setting that was lowered takes effect at the next load.
 */
#include "postgres.h"

#include "lib/ilist.h"
#include "miscadmin.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "bridge/env.h"
#include "bridge/settings.h"
#include "catalog/cache.h"
#include "catalog/load.h"

/* A model remembers which instructions it was prepared for: a setting that changed holds at once. */
typedef struct CacheKey
{
	uint8		digest[MLOPS_DIGEST_LENGTH];
	bool		simd;
} CacheKey;

struct MlopsPrepared
{
	CacheKey	key;
	MemoryContext context;
	Size		size;			/* memory that the context has taken */
	int			pins;
	dlist_node	node;			/* in `recent` */
	MlModel		model;
};

typedef struct CacheEntry
{
	CacheKey	key;
	MlopsPrepared *prepared;
} CacheEntry;

typedef struct Pin
{
	MemoryContextCallback callback;
	MlopsPrepared *prepared;
} Pin;

static MemoryContext cache_context = NULL;
static HTAB *cache_entries = NULL;
static dlist_head recent = DLIST_STATIC_INIT(recent);	/* last used first */
static Size cache_size = 0;

static void
open_cache(void)
{
	HASHCTL		control;

	if (cache_entries != NULL)
		return;
	if (cache_context == NULL)
		cache_context = AllocSetContextCreate(TopMemoryContext, "mlops model cache",
											  ALLOCSET_SMALL_SIZES);
	memset(&control, 0, sizeof(control));
	control.keysize = sizeof(CacheKey);
	control.entrysize = sizeof(CacheEntry);
	control.hcxt = cache_context;
	cache_entries = hash_create("mlops models", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static CacheKey
cache_key(const MlopsVersionKey *version)
{
	CacheKey	key;

	memset(&key, 0, sizeof(key));
	memcpy(key.digest, version->digest, MLOPS_DIGEST_LENGTH);
	key.simd = mlops_simd;
	return key;
}

static Size
cache_limit(void)
{
	return (Size) mlops_model_cache_size * 1024;
}

static void
unpin(void *argument)
{
	Pin		   *pin = argument;

	pin->prepared->pins--;
}

static void
pin_until_reset(MlopsPrepared *prepared, MemoryContext owner)
{
	Pin		   *pin = MemoryContextAlloc(owner, sizeof(Pin));

	pin->prepared = prepared;
	pin->callback.func = unpin;
	pin->callback.arg = pin;
	prepared->pins++;
	MemoryContextRegisterResetCallback(owner, &pin->callback);
}

static void
evict(MlopsPrepared *prepared)
{
	(void) hash_search(cache_entries, &prepared->key, HASH_REMOVE, NULL);
	dlist_delete(&prepared->node);
	cache_size -= prepared->size;
	MemoryContextDelete(prepared->context);
}

/* Make room for `size` bytes, as far as unpinned entries allow. */
static void
make_room(Size size)
{
	dlist_node *node = dlist_is_empty(&recent) ? NULL : dlist_tail_node(&recent);

	while (node != NULL && cache_size + size > cache_limit())
	{
		MlopsPrepared *prepared = dlist_container(MlopsPrepared, node, node);

		node = dlist_has_prev(&recent, node) ? dlist_prev_node(&recent, node) : NULL;
		if (prepared->pins == 0)
			evict(prepared);
	}
}

static void
check_size(const MlopsVersionKey *key, Size size)
{
	if (size <= cache_limit())
		return;
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("version %d of model \"%s\" is larger than mlops.model_cache_size",
					key->version, key->model),
			 errdetail("It takes %zu kB, the limit is %d kB.", size / 1024 + 1, mlops_model_cache_size),
			 errhint("Raise mlops.model_cache_size.")));
}

/* Names the version in errors of decoding. */
static void
describe_load(void *argument)
{
	const MlopsVersionKey *key = argument;

	errcontext("loading version %d of model \"%s\"", key->version, key->model);
}

/* Read and decode in `context`. */
static MlopsPrepared *
prepare(const MlopsVersionKey *key, MemoryContext context)
{
	MlopsPrepared *prepared = MemoryContextAllocZero(context, sizeof(MlopsPrepared));
	Size		length = mlops_artifact_length(key);
	MlEnv	   *env;
	void	   *bytes;
	ErrorContextCallback description;

	check_size(key, length);
	bytes = MemoryContextAllocHuge(context, Max(length, 1));
	mlops_artifact_read(key, bytes, length);
	env = mlops_env_begin(context, "model", 0);

	description.callback = describe_load;
	description.arg = unconstify(MlopsVersionKey *, key);
	description.previous = error_context_stack;
	error_context_stack = &description;
	mlops_check(env, ml_model_decode(env, bytes, length, &prepared->model));
	error_context_stack = description.previous;

	prepared->key = cache_key(key);
	prepared->context = context;
	prepared->size = MemoryContextMemAllocated(context, true);
	check_size(key, prepared->size);
	return prepared;
}

static MlopsPrepared *
load(const MlopsVersionKey *key)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "mlops model",
												  ALLOCSET_SMALL_SIZES);
	MlopsPrepared *prepared = prepare(key, context);
	CacheEntry *entry;

	MemoryContextSetIdentifier(context, MemoryContextStrdup(context, key->model));
	make_room(prepared->size);
	entry = hash_search(cache_entries, &prepared->key, HASH_ENTER, NULL);
	entry->prepared = prepared;
	dlist_push_head(&recent, &prepared->node);
	cache_size += prepared->size;
	MemoryContextSetParent(context, cache_context);
	return prepared;
}

MlopsPrepared *
mlops_cache_get(const MlopsVersionKey *key, MemoryContext owner)
{
	CacheKey	wanted = cache_key(key);
	CacheEntry *entry;
	MlopsPrepared *prepared;

	open_cache();
	entry = hash_search(cache_entries, &wanted, HASH_FIND, NULL);
	if (entry != NULL)
	{
		prepared = entry->prepared;
		dlist_move_head(&recent, &prepared->node);
	}
	else
		prepared = load(key);
	pin_until_reset(prepared, owner);
	return prepared;
}

const MlModel *
mlops_prepared_model(const MlopsPrepared *prepared)
{
	return &prepared->model;
}
