/*
 * math/sort.c
 *		Stable sorting of 64-bit keys: insertion when short, else radix.
 *
 * A double is turned into an unsigned key of the same order (sign bit
 * flipped, negative numbers complemented; -0 becomes 0). Keys are distributed
 * by one byte after the other, lowest first; a byte that all keys share is
 * skipped, so small integers and sorted dates cost two or three passes, not
 * eight. The time does not depend on the order of the input.
 */
#include "math/sort.h"

#define DIGIT_BITS 8
#define DIGITS 8
#define BUCKETS 256
#define SHORT_ARRAY 48
#define STOP_BLOCK 262144		/* keys moved between two looks at should_stop */

/* What a radix sort works on: keys, and indexes that move along or NULL. */
typedef struct RadixSort
{
	MlEnv	   *env;
	size_t		count;
	uint64_t   *keys;
	uint64_t   *other_keys;
	uint32_t   *order;
	uint32_t   *other_order;
	int			n_digits;		/* that are not the same in all keys */
	int			digits[DIGITS];
	size_t		histogram[DIGITS][BUCKETS]; /* (n_digits) */
} RadixSort;

static inline unsigned
digit_of(uint64_t key, int digit)
{
	return (unsigned) (key >> (digit * DIGIT_BITS)) & (BUCKETS - 1);
}

/* The digits that keys differ in, lowest first. */
static MlStatus
find_digits(RadixSort *sort)
{
	uint64_t	different = 0;
	size_t		i;
	int			digit;

	for (i = 0; i < sort->count; i++)
	{
		if (i % STOP_BLOCK == 0)
			ML_TRY(ml_check_stop(sort->env));
		different |= sort->keys[i] ^ sort->keys[0];
	}
	sort->n_digits = 0;
	for (digit = 0; digit < DIGITS; digit++)
	{
		if (digit_of(different, digit) != 0)
			sort->digits[sort->n_digits++] = digit;
	}
	return ML_OK;
}

static MlStatus
count_digits(RadixSort *sort)
{
	size_t		i;
	int			k;

	memset(sort->histogram, 0, sizeof(sort->histogram));
	for (i = 0; i < sort->count; i++)
	{
		if (i % STOP_BLOCK == 0)
			ML_TRY(ml_check_stop(sort->env));
		for (k = 0; k < sort->n_digits; k++)
			sort->histogram[k][digit_of(sort->keys[i], sort->digits[k])]++;
	}
	return ML_OK;
}

/* One distribution by a digit into the other arrays, which become current. */
static MlStatus
distribute(RadixSort *sort, int k)
{
	int			digit = sort->digits[k];
	size_t		next[BUCKETS];
	size_t		start = 0;
	size_t		i;
	uint64_t   *keys = sort->keys;
	uint32_t   *order = sort->order;

	for (i = 0; i < BUCKETS; i++)
	{
		next[i] = start;
		start += sort->histogram[k][i];
	}
	for (i = 0; i < sort->count; i++)
	{
		size_t		to;

		if (i % STOP_BLOCK == 0)
			ML_TRY(ml_check_stop(sort->env));
		to = next[digit_of(keys[i], digit)]++;
		sort->other_keys[to] = keys[i];
		if (order != NULL)
			sort->other_order[to] = order[i];
	}
	sort->keys = sort->other_keys;
	sort->other_keys = keys;
	sort->order = sort->other_order;
	sort->other_order = order;
	return ML_OK;
}

static MlStatus
radix_sort(RadixSort *sort)
{
	int			k;

	ML_TRY(find_digits(sort));
	ML_TRY(count_digits(sort));
	for (k = 0; k < sort->n_digits; k++)
		ML_TRY(distribute(sort, k));
	return ML_OK;
}

static void
insert_u64(uint64_t *values, size_t count)
{
	size_t		i;

	for (i = 1; i < count; i++)
	{
		uint64_t	value = values[i];
		size_t		to = i;

		for (; to > 0 && values[to - 1] > value; to--)
			values[to] = values[to - 1];
		values[to] = value;
	}
}

/* Ascending order of keys; equal keys keep their places. */
static void
insert_order(const uint64_t *keys, size_t count, uint32_t *order)
{
	size_t		i;

	for (i = 0; i < count; i++)
	{
		size_t		to = i;

		for (; to > 0 && keys[order[to - 1]] > keys[i]; to--)
			order[to] = order[to - 1];
		order[to] = (uint32_t) i;
	}
}

MlStatus
ml_sort_u64_with(MlEnv *env, uint64_t *values, size_t count, uint64_t *room)
{
	RadixSort	sort = {0};

	if (count <= SHORT_ARRAY)
	{
		insert_u64(values, count);
		return ML_OK;
	}
	sort.env = env;
	sort.count = count;
	sort.keys = values;
	sort.other_keys = room;
	ML_TRY(radix_sort(&sort));
	if (sort.keys != values)
		memcpy(values, sort.keys, count * sizeof(*values));
	return ML_OK;
}

MlStatus
ml_sort_u64(MlEnv *env, uint64_t *values, size_t count)
{
	uint64_t   *room = NULL;
	MlStatus	status;

	/* Resized, not allocated: it need not be zeroed. */
	if (count > SHORT_ARRAY)
	{
		room = ml_resize(env, NULL, count, sizeof(*room));
		if (room == NULL)
			return ML_OUT_OF_MEMORY;
	}
	status = ml_sort_u64_with(env, values, count, room);
	ml_release(env, room);
	return status;
}

MlStatus
ml_sort_f64(MlEnv *env, double *values, size_t count)
{
	uint64_t	few[SHORT_ARRAY];
	uint64_t   *keys = few;
	MlStatus	status;
	size_t		i;

	if (count > SHORT_ARRAY)
		keys = ml_resize(env, NULL, count, sizeof(*keys));
	if (keys == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < count; i++)
		keys[i] = ml_key_of_f64(values[i]);
	status = ml_sort_u64(env, keys, count);
	for (i = 0; i < count && status == ML_OK; i++)
		values[i] = ml_f64_of_key(keys[i]);
	if (keys != few)
		ml_release(env, keys);
	return status;
}

/* The order of `count` keys, which are destroyed. */
static MlStatus
order_keys(MlEnv *env, uint64_t *keys, size_t count, uint32_t *order)
{
	RadixSort	sort = {0};
	uint64_t   *other_keys;
	uint32_t   *other_order;
	MlStatus	status = ML_OUT_OF_MEMORY;
	size_t		i;

	if (count <= SHORT_ARRAY)
	{
		insert_order(keys, count, order);
		return ML_OK;
	}
	for (i = 0; i < count; i++)
		order[i] = (uint32_t) i;
	other_keys = ml_resize(env, NULL, count, sizeof(*other_keys));
	if (other_keys == NULL)
		return ML_OUT_OF_MEMORY;
	other_order = ml_resize(env, NULL, count, sizeof(*other_order));
	if (other_order != NULL)
	{
		sort.env = env;
		sort.count = count;
		sort.keys = keys;
		sort.other_keys = other_keys;
		sort.order = order;
		sort.other_order = other_order;
		status = radix_sort(&sort);
		if (status == ML_OK && sort.order != order)
			memcpy(order, sort.order, count * sizeof(*order));
		ml_release(env, other_order);
	}
	ml_release(env, other_keys);
	return status;
}

static MlStatus
check_order_count(MlEnv *env, size_t count)
{
	if (count <= UINT32_MAX)
		return ML_OK;
	return ml_fail(env, ML_LIMIT, "cannot order more than %u values", UINT32_MAX);
}

MlStatus
ml_order_f64(MlEnv *env, const double *values, size_t count, uint32_t *order)
{
	uint64_t	few[SHORT_ARRAY];
	uint64_t   *keys = few;
	MlStatus	status;
	size_t		i;

	ML_TRY(check_order_count(env, count));
	if (count > SHORT_ARRAY)
		keys = ml_resize(env, NULL, count, sizeof(*keys));
	if (keys == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < count; i++)
		keys[i] = ml_key_of_f64(values[i]);
	status = order_keys(env, keys, count, order);
	if (keys != few)
		ml_release(env, keys);
	return status;
}

MlStatus
ml_order_u64(MlEnv *env, const uint64_t *values, size_t count, uint32_t *order)
{
	uint64_t	few[SHORT_ARRAY];
	uint64_t   *keys = few;
	MlStatus	status;

	ML_TRY(check_order_count(env, count));
	if (count > SHORT_ARRAY)
		keys = ml_resize(env, NULL, count, sizeof(*keys));
	if (keys == NULL)
		return ML_OUT_OF_MEMORY;
	if (count > 0)
		memcpy(keys, values, count * sizeof(*keys));
	status = order_keys(env, keys, count, order);
	if (keys != few)
		ml_release(env, keys);
	return status;
}
