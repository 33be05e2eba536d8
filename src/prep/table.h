/*
 * prep/table.h
 *		Rows of a source as typed columns.
 *
 * data/receiver.c fills it row by row; everything in prep/ reads it. Rows
 * beyond env->block_bytes go to a scratch file, block by block; a column is
 * then in memory only while it is pinned (prep/spill.c). Numbers
 * and times are doubles with NaN for missing; categories are codes into a
 * dictionary of distinct byte strings, in order of first appearance, with -1
 * for missing. NaN and infinity as *values* are refused by the filler before
 * they get here, or made missing where the caller's options say so.
 */
#ifndef ML_PREP_TABLE_H
#define ML_PREP_TABLE_H

#include "base/env.h"
#include "prep/value.h"

/* Distinct byte strings, numbered from 0 in order of first appearance. */
typedef struct MlDictionary
{
	int32_t		n_entries;
	int32_t		entry_capacity;
	char	  **text;			/* (n_entries) zero-terminated copies */
	uint32_t   *length;
	int64_t    *count;			/* occurrences */
	int32_t    *slots;			/* open addressing, -1 empty */
	uint32_t	n_slots;		/* power of two */
} MlDictionary;

/* What the catalog of the database knows about a column; all false for queries. */
typedef struct MlColumnFacts
{
	bool		primary_key;	/* alone or as part of it */
	bool		identity;
	bool		unique_index;	/* single-column unique index */
	bool		from_target;	/* generated from the target column */
} MlColumnFacts;

typedef struct MlColumn
{
	const char *name;
	MlType		type;
	MlColumnFacts facts;
	double	   *number;			/* (n_rows) numbers and times, else NULL; */
	int32_t    *code;			/* (n_rows) categories, else NULL: of a finished table with
								 * a file only while the column is pinned */
	MlDictionary dictionary;
	int64_t		n_missing;
	int64_t		n_inexact;		/* bigint values of at least 2^53 in size: 2^53 + 1
								 * already looks like 2^53 here */
	size_t		offset;			/* bytes of a row in the file before this column's */
	int			n_pins;
} MlColumn;

typedef struct MlTable
{
	MlEnv	   *env;
	int			n_columns;
	MlColumn   *columns;
	int64_t		n_rows;
	int64_t		capacity;		/* rows that the arrays have room for */
	size_t		row_bytes;		/* of a row in the file */
	int64_t		block_rows;		/* rows after which a block is written */
	int64_t		n_written;		/* rows in the file */
	void	   *file;			/* NULL: all rows are in memory */
} MlTable;

#define ML_MAX_ROWS INT64_C(2147483647)

/* Columns with name, type and facts given; names are copied. */
extern MlStatus ml_table_begin(MlTable *table, MlEnv *env, int n_columns,
							   const char *const *names, const MlType *types,
							   const MlColumnFacts *facts);

/* Append one row of n_columns values; texts are copied when new. */
extern MlStatus ml_table_add_row(MlTable *table, const MlValue *values);

/* No more rows will come: before it a table with a file cannot be read. */
extern MlStatus ml_table_finish(MlTable *table);

/*
 * Between these two a column's array holds all rows. They nest; without a file
 * they cost nothing. A pin that is never given back lasts as long as the table.
 */
extern MlStatus ml_table_pin(const MlTable *table, int column);
extern void ml_table_unpin(const MlTable *table, int column);

/* Numbers or codes of rows first .. first + n_rows - 1 into values; needs no pin. */
extern MlStatus ml_table_read(const MlTable *table, int column, int64_t first, int64_t n_rows,
							  void *values);

/*
 * Keep bytes in the file, which must be there, `offset` bytes behind the rows;
 * and have them back.
 */
extern MlStatus ml_table_store(const MlTable *table, size_t offset, const void *bytes, size_t size);
extern MlStatus ml_table_fetch(const MlTable *table, size_t offset, void *bytes, size_t size);

/* Write the rows in memory behind those in the file; ml_table_add_row() does so. */
extern MlStatus ml_table_write_block(MlTable *table);

static inline bool
ml_column_is_category(const MlColumn *column)
{
	return ml_type_kind(column->type) == ML_KIND_CATEGORY;
}

/* Bytes of a value in the file: fewer where nothing is lost. */
extern size_t ml_column_stored_width(const MlColumn *column);

/* Bytes of a value in the column's array. */
static inline size_t
ml_column_width(const MlColumn *column)
{
	return ml_column_is_category(column) ? sizeof(int32_t) : sizeof(double);
}

/* Index of a column by name, or -1. */
extern int	ml_table_find(const MlTable *table, const char *name);

/* Code of a byte string, adding it when new; the status tells of memory. */
extern MlStatus ml_dictionary_add(MlDictionary *dictionary, MlEnv *env,
								  const char *text, size_t length, int32_t *code);

/*
 * A hash of the value at (column, row) that depends on the value alone, not
 * on codes or row order; missing has its own.
 */
extern uint64_t ml_table_hash(const MlColumn *column, int64_t row);
extern uint64_t ml_value_hash(MlType type, const MlValue *value);

/* -1, 0, 1: order of two byte strings, a prefix before what it begins. */
extern int	ml_compare_bytes(const char *a, size_t a_length, const char *b, size_t b_length);

/*
 * Bytes of a UTF-8 text to show in a message, as the precision of %.*s: at
 * most `limit`, ending with a whole character.
 */
extern int	ml_cut_text(const char *text, size_t length, int limit);

/* Both arguments of %.*s for a terminated text. */
#define ML_CUT(text, limit) ml_cut_text((text), strlen(text), limit), (text)

#endif							/* ML_PREP_TABLE_H */
