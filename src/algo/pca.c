/*
 * algo/pca.c
 *		Principal components, and the truncated singular value decomposition.
 *
 * In the space of algo/space.h (numbers standardised unless that is turned
 * off, categories as 0 and 1) rows [1, x] times sqrt(weight) are folded into
 * one triangular factor (least_squares.h), so that X'X is never formed:
 *
 *		R = [ r  m' ]		r^2 = sum of weights, m / r = the mean,
 *			[ 0  R2 ]		R2'R2 = the centred sums of squares and products
 *
 * Components are the right singular vectors of R2, or, uncentred (method
 * truncated_svd), of R2 with m' on top of it; they come from Jacobi rotations
 * of the transposed triangle (math/svd.h). The sign of each is chosen so that
 * its largest loading, of equals the first, is positive (scikit-learn since
 * 1.5). The variance of a component is that of the training rows' values,
 * divided by rows - 1; with weights they are scaled to add up to the rows.
 *
 * For uncentred values there is nothing that a missing number could be but the
 * mean of its column.
 *
 * Memory: 8 bytes times the square of the coordinates, twice; time: the same
 * QR factorization as least squares, then 60 times the cube of the coordinates.
 */
#include "algo/pca.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "algo/least_squares.h"
#include "algo/pca_measure.h"
#include "algo/points.h"
#include "algo/vectors.h"
#include "math/svd.h"

enum
{
	COMPONENTS,
	METHOD,
	STANDARDISE,
	N_PARAMETERS
};

enum
{
	METHOD_PCA,
	METHOD_TRUNCATED_SVD
};

static const MlParameter parameters[N_PARAMETERS] = {
	[COMPONENTS] = {"components", "n_components,rank,k",
	ML_PARAM_NUMBER, 0.95, 1e-6, ML_MAX_COORDINATES,
	"number of components, or below 1 the part of the variance that they must explain", NULL},
	[METHOD] = {"method", "",
	ML_PARAM_CHOICE, METHOD_PCA, 0, 0, "whether values are taken from their mean (pca) or from 0", "pca,truncated_svd=svd"},
	[STANDARDISE] = {"standardise", "standardize,scale",
	ML_PARAM_INTEGER, 1, 0, 1, "1: numbers are divided by their standard deviation; 0: they are taken as they are", NULL},
};

typedef struct Fit
{
	MlEnv	   *env;
	const MlFitInput *input;
	bool		centred;
	MlSpace		space;
	MlPoints	points;
	MlLeastSquares state;
	double		weight;			/* of the rows in state.rows */
	int			n_waiting;
	double	   *middle;			/* (n) mean of the points */
	double	   *vectors;		/* (n, n) components by columns, times their values */
	double	   *values;			/* (n) singular values */
	double	   *variance;		/* (n) of the components' values */
	double		total_variance;
	int			rank;
	int			n_components;
} Fit;

static MlStatus
fold(Fit *fit)
{
	ML_TRY(ml_least_squares_fold(&fit->state, fit->n_waiting, fit->weight));
	fit->n_waiting = 0;
	fit->weight = 0.0;
	return ML_OK;
}

/* A point as the next row [1, x] times sqrt(weight). */
static MlStatus
add_point(Fit *fit, const double *point, double weight)
{
	double		root = sqrt(weight);
	double	   *row = fit->state.rows + fit->n_waiting;
	int			j;

	row[0] = root;
	for (j = 0; j < fit->space.n; j++)
		row[(size_t) (j + 1) * (size_t) fit->state.stride] = root * point[j];
	fit->weight += weight;
	fit->n_waiting++;
	return fit->n_waiting == fit->state.capacity ? fold(fit) : ML_OK;
}

static MlStatus
fold_rows(Fit *fit)
{
	MlPointBlock block;
	int			i;

	ml_points_rewind(&fit->points);
	for (;;)
	{
		ML_TRY(ml_points_next(&fit->points, &block));
		if (block.n_rows == 0)
			break;
		for (i = 0; i < block.n_rows; i++)
			ML_TRY(add_point(fit, block.points + (size_t) i * (size_t) fit->space.n,
							 block.weight == NULL ? 1.0 : block.weight[i]));
		ml_report(fit->env, "fitting", (double) (block.first + block.n_rows) / (double) fit->points.n_rows,
				  block.first + block.n_rows, -1, NAN);
	}
	return fit->n_waiting > 0 ? fold(fit) : ML_OK;
}

static MlStatus
begin(Fit *fit, MlEnv *env, const MlFitInput *input)
{
	size_t		n;

	memset(fit, 0, sizeof(*fit));
	fit->env = env;
	fit->input = input;
	fit->centred = input->parameters[METHOD] == METHOD_PCA;
	if (input->n_rows < 2)
	{
		ml_fail(env, ML_INVALID_DATA, "components need at least two rows to learn from");
		ml_hint(env, "Give a source with more rows.");
		return ML_INVALID_DATA;
	}
	ML_TRY(ml_space_make(env, input->signature, input->parameters[STANDARDISE] != 0, fit->centred, &fit->space));
	n = (size_t) fit->space.n;
	ML_TRY(ml_points_make(env, &fit->space, input->frame, input->rows, input->n_rows, input->weight,
						  &fit->points));
	ML_TRY(ml_least_squares_begin(env, fit->space.n + 1, &fit->state));
	fit->middle = ml_allocate(env, n + 1, sizeof(double));
	fit->vectors = ml_allocate(env, n + 1, (n + 1) * sizeof(double));
	fit->values = ml_allocate(env, n + 1, sizeof(double));
	fit->variance = ml_allocate(env, n + 1, sizeof(double));
	if (fit->middle == NULL || fit->vectors == NULL || fit->values == NULL || fit->variance == NULL)
		return ML_OUT_OF_MEMORY;
	return ML_OK;
}

/* Entry (i, k) of the factor; column 0 is that of the ones. */
static inline double
entry(const Fit *fit, int i, int k)
{
	return fit->state.r[(size_t) k * (size_t) fit->state.n + (size_t) i];
}

/* Means, and the variance of all coordinates together. */
static void
read_moments(Fit *fit)
{
	double		sum = 0.0;
	int			i;
	int			k;

	for (k = 1; k <= fit->space.n; k++)
	{
		fit->middle[k - 1] = entry(fit, 0, k) / entry(fit, 0, 0);
		for (i = 1; i <= k; i++)
			sum += entry(fit, i, k) * entry(fit, i, k);
	}
	fit->total_variance = sum / fit->state.weight * (double) fit->points.n_rows / (double) (fit->points.n_rows - 1);
}

/*
 * The transposed triangle of what is to be decomposed. Uncentred, the row of
 * the means is turned into it by Givens rotations, from the left.
 */
static MlStatus
make_triangle(Fit *fit)
{
	size_t		n = (size_t) fit->space.n;
	double	   *top = ml_allocate(fit->env, n + 1, sizeof(double));
	size_t		i;
	size_t		k;

	if (top == NULL)
		return ML_OUT_OF_MEMORY;
	for (k = 0; k < n; k++)
	{
		top[k] = fit->centred ? 0.0 : entry(fit, 0, (int) k + 1);
		for (i = 0; i <= k; i++)
			fit->vectors[i * n + k] = entry(fit, (int) i + 1, (int) k + 1);
	}
	for (i = 0; i < n && !fit->centred; i++)
	{
		double	   *row = fit->vectors + i * n;
		double		length = hypot(row[i], top[i]);
		double		cosine = length > 0 ? row[i] / length : 1.0;
		double		sine = length > 0 ? top[i] / length : 0.0;

		ML_TRY(ml_check_stop(fit->env));
		for (k = i; k < n; k++)
		{
			double		kept = row[k];

			row[k] = cosine * kept + sine * top[k];
			top[k] = cosine * top[k] - sine * kept;
		}
	}
	ml_release(fit->env, top);
	return ML_OK;
}

/* Lengths to 1, signs as promised, rank, variances. */
static void
finish_vectors(Fit *fit)
{
	int			n = fit->space.n;
	double		rows = (double) fit->points.n_rows;
	double		least = fit->values[0] * DBL_EPSILON * (rows > n ? rows : n);
	int			c;
	int			j;

	for (c = 0; c < n && fit->values[c] > least; c++)
	{
		double	   *vector = fit->vectors + (size_t) c * (size_t) n;
		double		scale = 1.0 / fit->values[c];
		double		mean = 0.0;
		int			largest = 0;

		for (j = 1; j < n; j++)
			largest = fabs(vector[j]) > fabs(vector[largest]) * (1.0 + 1e-12) ? j : largest;
		scale = vector[largest] < 0 ? -scale : scale;
		for (j = 0; j < n; j++)
		{
			vector[j] *= scale;
			mean += vector[j] * fit->middle[j];
		}
		if (fit->centred)
			mean = 0.0;
		fit->variance[c] = (fit->values[c] * fit->values[c] / fit->state.weight - mean * mean) * rows / (rows - 1.0);
		fit->variance[c] = fit->variance[c] > 0 ? fit->variance[c] : 0.0;
	}
	fit->rank = c;
}

static MlStatus
choose_components(Fit *fit)
{
	double		wanted = fit->input->parameters[COMPONENTS];
	double		sum = 0.0;
	int			c;

	if (wanted >= 1 && wanted != floor(wanted))
	{
		ml_fail(fit->env, ML_INVALID_OPTION, "components is %g, which is neither a whole number nor below 1", wanted);
		ml_hint(fit->env, "Give a number of components, or the part of the variance that they must explain, such as 0.9.");
		return ML_INVALID_OPTION;
	}
	if (wanted > fit->rank)
	{
		ml_fail(fit->env, ML_INVALID_OPTION, "components is %g, but the rows to learn from span only %d dimension%s",
				wanted, fit->rank, fit->rank == 1 ? "" : "s");
		ml_hint(fit->env, "Set components to %d at most, or to a part of the variance such as 0.9.", fit->rank);
		return ML_INVALID_OPTION;
	}
	for (c = 0; wanted < 1 && c < fit->rank && sum < wanted * fit->total_variance; c++)
		sum += fit->variance[c];
	fit->n_components = wanted < 1 ? c : (int) wanted;
	return ML_OK;
}

static MlStatus
decompose(Fit *fit)
{
	read_moments(fit);
	ML_TRY(make_triangle(fit));
	ML_TRY(ml_svd(fit->env, fit->space.n, fit->vectors, fit->values));
	finish_vectors(fit);
	if (fit->rank == 0 || !(fit->total_variance > 0))
	{
		ml_fail(fit->env, ML_INVALID_DATA, "all rows to learn from are the same point: there are no components to find");
		ml_hint(fit->env, "Take more features.");
		return ML_INVALID_DATA;
	}
	return choose_components(fit);
}

/* What predictions begin with: what a row gives whose numbers are 0 and that is of no category. */
static MlStatus
make_base(MlEnv *env, MlPca *model)
{
	int			m = model->n_components;
	int			c;
	int			j;

	model->base = ml_allocate(env, (size_t) m + 1, sizeof(double));
	if (model->base == NULL)
		return ML_OUT_OF_MEMORY;
	for (j = 0; j < model->space.n; j++)
	{
		for (c = 0; c < m; c++)
			model->base[c] -= model->mean[j] * model->loading[(size_t) j * (size_t) m + (size_t) c];
	}
	return ML_OK;
}

static MlStatus
make_model(Fit *fit, MlPca **made)
{
	MlEnv	   *env = fit->env;
	size_t		n = (size_t) fit->space.n;
	size_t		m = (size_t) fit->n_components;
	MlPca	   *model = ml_allocate(env, 1, sizeof(MlPca));
	double	   *loading = ml_allocate(env, n + 1, m * sizeof(double));
	double	   *mean = ml_allocate(env, n + 1, sizeof(double));
	size_t		c;
	size_t		j;

	if (model == NULL || loading == NULL || mean == NULL)
		return ML_OUT_OF_MEMORY;
	for (j = 0; j < n; j++)
	{
		mean[j] = fit->centred ? fit->middle[j] : 0.0;
		for (c = 0; c < m; c++)
			loading[j * m + c] = fit->vectors[c * n + j];
	}
	model->space = fit->space;
	model->n_components = (int) m;
	model->total_variance = fit->total_variance;
	model->mean = mean;
	model->middle = fit->middle;
	model->loading = loading;
	model->variance = fit->variance;
	*made = model;
	return make_base(env, model);
}

/* Mean squared distance of the training rows to what the components make of them. */
static double
lost(const Fit *fit)
{
	double		sum = 0.0;
	int			c;

	for (c = fit->n_components; c < fit->space.n; c++)
		sum += fit->values[c] * fit->values[c];
	return sum / fit->state.weight;
}

static MlStatus
pca_fit(MlEnv *env, const MlFitInput *input, MlFitted *fitted)
{
	Fit			fit;
	MlPca	   *model;

	ML_TRY(begin(&fit, env, input));
	ML_TRY(fold_rows(&fit));
	ML_TRY(decompose(&fit));
	ML_TRY(make_model(&fit, &model));
	fitted->model = model;
	fitted->iterations = 1;
	fitted->train_loss = lost(&fit);
	ml_least_squares_end(&fit.state);
	ml_points_end(&fit.points);
	ml_release(env, fit.vectors);
	ml_release(env, fit.values);
	return ML_OK;
}

static int
pca_n_outputs(const void *model)
{
	return ((const MlPca *) model)->n_components;
}

static inline void
add_coordinate(const MlPca *model, int coordinate, double value, double *outputs)
{
	const double *loading = model->loading + (size_t) coordinate * (size_t) model->n_components;
	int			c;

	for (c = 0; c < model->n_components; c++)
		outputs[c] += value * loading[c];
}

static void
pca_predict(const void *any, const MlSignature *signature, const double *inputs, int n_rows,
			double *outputs)
{
	const MlPca *model = any;
	int			row;
	int			i;

	for (row = 0; row < n_rows; row++, inputs += signature->n_inputs, outputs += model->n_components)
	{
		memcpy(outputs, model->base, (size_t) model->n_components * sizeof(double));
		for (i = 0; i < signature->n_inputs; i++)
		{
			const MlSpaceInput *slots = &model->space.inputs[i];
			int			place;

			if (!signature->inputs[i].category)
			{
				add_coordinate(model, slots->first, ml_space_number(slots, inputs[i]), outputs);
				continue;
			}
			place = ml_space_place(slots, &signature->inputs[i], inputs[i]);
			if (place >= 0)
				add_coordinate(model, slots->first + place, 1.0, outputs);
		}
	}
}

static MlStatus
pca_encode(const void *any, MlWriter *writer)
{
	const MlPca *model = any;
	size_t		n = (size_t) model->space.n;
	size_t		m = (size_t) model->n_components;

	ml_write_u32(writer, model->space.standardised);
	ml_write_u32(writer, model->space.centred);
	ml_write_u32(writer, (uint32_t) n);
	ml_write_u32(writer, (uint32_t) m);
	ml_write_f64(writer, model->total_variance);
	ml_write_array(writer, model->middle, n, sizeof(double));
	ml_write_array(writer, model->variance, m, sizeof(double));
	ml_write_array(writer, model->loading, n * m, sizeof(double));
	return writer->status;
}

static bool
all_finite(const double *values, size_t count)
{
	size_t		i;

	for (i = 0; i < count; i++)
	{
		if (!isfinite(values[i]))
			return false;
	}
	return true;
}

/* Arrays of a model whose numbers are known. */
static MlStatus
read_arrays(MlEnv *env, MlReader *reader, MlPca *model)
{
	size_t		n = (size_t) model->space.n;
	size_t		m = (size_t) model->n_components;

	model->middle = ml_read_array(reader, n, sizeof(double));
	model->variance = ml_read_array(reader, m, sizeof(double));
	model->loading = ml_read_array(reader, n * m, sizeof(double));
	if (ml_reader_failed(reader))
		return ml_fail(env, ML_CORRUPT, "model is damaged: it is cut off");
	if (!(model->total_variance > 0) || !isfinite(model->total_variance) ||
		!all_finite(model->middle, n) || !all_finite(model->variance, m) ||
		!all_finite(model->loading, n * m))
		return ml_fail(env, ML_CORRUPT, "model is damaged: a component is not valid");
	model->mean = model->middle;
	if (!model->space.centred)
		model->mean = ml_allocate(env, n + 1, sizeof(double));
	return model->mean == NULL ? ML_OUT_OF_MEMORY : make_base(env, model);
}

static MlStatus
pca_decode(MlEnv *env, MlReader *reader, const MlSignature *signature, MlTask task, int n_classes,
		   void **decoded)
{
	MlPca	   *model = ml_allocate(env, 1, sizeof(MlPca));
	uint32_t	standardised = ml_read_u32(reader);
	uint32_t	centred = ml_read_u32(reader);
	uint32_t	n = ml_read_u32(reader);
	uint32_t	m = ml_read_u32(reader);

	(void) task;
	(void) n_classes;
	if (model == NULL)
		return ML_OUT_OF_MEMORY;
	if (ml_reader_failed(reader) || standardised > 1 || centred > 1)
		return ml_fail(env, ML_CORRUPT, "model is damaged: its scaling is not known");
	ML_TRY(ml_space_make(env, signature, standardised == 1, centred == 1, &model->space));
	if (n != (uint32_t) model->space.n || m < 1 || m > n)
		return ml_fail(env, ML_CORRUPT, "model is damaged: it has %u components of %u coordinates", m, n);
	model->n_components = (int) m;
	model->total_variance = ml_read_f64(reader);
	*decoded = model;
	return read_arrays(env, reader, model);
}

static MlStatus
pca_vectors(MlEnv *env, const void *any, MlVectors *vectors)
{
	const MlPca *model = any;
	size_t		n = (size_t) model->space.n;
	size_t		m = (size_t) model->n_components;
	size_t		c;
	size_t		j;

	vectors->n_vectors = model->n_components;
	vectors->space = &model->space;
	vectors->variance = model->variance;
	vectors->total_variance = model->total_variance;
	vectors->value = ml_allocate(env, m, (n + 1) * sizeof(double));
	if (vectors->value == NULL)
		return ML_OUT_OF_MEMORY;
	for (c = 0; c < m; c++)
	{
		for (j = 0; j < n; j++)
			vectors->value[c * n + j] = model->loading[j * m + c];
	}
	return ML_OK;
}

const MlAlgorithm ml_pca = {
	.name = "pca",
	.title = "principal components, or truncated singular value decomposition",
	.tasks = 1U << ML_DECOMPOSITION,
	.pins_inputs = true,
	.parameters = parameters,
	.n_parameters = N_PARAMETERS,
	.fit = pca_fit,
	.n_outputs = pca_n_outputs,
	.predict = pca_predict,
	.encode = pca_encode,
	.decode = pca_decode,
	.measure = ml_pca_measure,
	.losses = ml_pca_losses,
	.vectors = pca_vectors
};
