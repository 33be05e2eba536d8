/*
 * algo/design.h
 *		How inputs become the columns ("slots") of a linear model.
 *
 * A number gives one slot, standardised with the mean and deviation of the
 * signature, 0 where it is missing, and, where training saw missing values, a
 * second slot that is 1 where it is missing. A category gives one 0/1 slot per
 * level but the most frequent, the reference, then one for other values and
 * one for missing where training saw them. What training did not see follows
 * the policy of prep/signature.h: other counts as missing, missing as the
 * reference.
 *
 * Slots of numbers are kept as dense columns. The slots of a category exclude
 * each other, so a row needs only its place among them: 0 is the reference,
 * k > 0 is slot first_slot + k - 1. Nothing wider than that is ever stored.
 *
 * A row of coefficients exists in two layouts: by slot, as a solver wants it,
 * and wide, where each category has a leading entry for its reference, so that
 * the loops over rows need no branch. ml_design_widen() and
 * ml_design_narrow() convert.
 */
#ifndef ML_ALGO_DESIGN_H
#define ML_ALGO_DESIGN_H

#include "prep/signature.h"

/* Beyond this a dense triangular factor alone takes more than 3 GB. */
#define ML_MAX_SLOTS 20000

typedef struct MlDesignInput
{
	int			first_slot;
	int			n_slots;
	int			column;			/* numbers: first dense column; categories: place column */
	int			wide;			/* first entry in the wide layout */
	double		scale;			/* numbers: 1 / sd, or 0 without usable spread */
	uint16_t   *place;			/* categories: (n_levels + 2) levels, other, missing */
} MlDesignInput;

typedef struct MlDesign
{
	const MlSignature *signature;
	MlSimd		simd;			/* instructions for the loops over rows */
	MlDesignInput *inputs;		/* (n_inputs) */
	int			n_slots;
	int			n_dense;
	int			n_placed;
	int			n_wide;
} MlDesign;

/* Some rows, loaded. */
typedef struct MlDesignBlock
{
	int			capacity;
	int			n_rows;
	double	   *dense;			/* (n_dense, capacity) */
	uint16_t   *place;			/* (n_placed, capacity) */
} MlDesignBlock;

/* ML_LIMIT, naming the widest feature, beyond ML_MAX_SLOTS. */
extern MlStatus ml_design_make(MlEnv *env, const MlSignature *signature, MlDesign *design);

/* "age", "age missing", "plan = free", "plan other"; cut to size bytes. */
extern void ml_design_slot_name(const MlDesign *design, int slot, char *buffer, size_t size);

/* Tell which columns (n; slots from 1 on) got coefficient 0 because others determine them, if any. */
extern void ml_design_warn_aliased(MlEnv *env, const MlDesign *design, const int *columns, int n);

/* A block of `capacity` rows; 0: as many as a second-level cache holds. */
extern MlStatus ml_design_block_make(MlEnv *env, const MlDesign *design, int capacity,
									 MlDesignBlock *block);

/* Load n_rows rows of a frame into the block from its row `at` on, which then ends with them. */
extern void ml_design_load(const MlDesign *design, const MlFrame *frame, const uint32_t *rows,
						   int n_rows, int at, MlDesignBlock *block);

/*
 * The same rows as dense columns, one for each slot: column k at into + k *
 * stride, each row times its factor. Without `centred` numbers are not
 * standardised but only scaled, and missing ones are the mean.
 */
extern void ml_design_spread(const MlDesign *design, const MlFrame *frame, const uint32_t *rows,
							 int n_rows, const double *factor, bool centred, double *into, int stride);

/* The slots (n_slots) of one row of inputs, as ml_signature_encode() gives them; centred as above. */
extern void ml_design_row(const MlDesign *design, const double *inputs, bool centred, double *slots);

/* wide (n_wide) from slots (n_slots), and back; references are 0 and dropped. */
extern void ml_design_widen(const MlDesign *design, const double *slots, double *wide);
extern void ml_design_narrow(const MlDesign *design, const double *wide, double *slots);

/* margin (n_rows) = start + X wide */
extern void ml_design_margin(const MlDesign *design, const MlDesignBlock *block, double start,
							 const double *wide, double *margin);

/* wide += X' pull, for pull (n_rows) */
extern void ml_design_pull(const MlDesign *design, const MlDesignBlock *block, const double *pull,
						   double *wide);

/* wide += (X .* X)' pull: the diagonal of X' diag(pull) X */
extern void ml_design_pull_squares(const MlDesign *design, const MlDesignBlock *block,
								   const double *pull, double *wide);

#endif							/* ML_ALGO_DESIGN_H */
