/*
 * math/func.h
 *		Elementary and special functions.
 *
 * ml_exp and ml_log are our own, so that trained models and scores have the
 * same bits on every C library and CPU; both are within 1 ulp. The rest is
 * stable at the ends: no overflow, no cancellation.
 */
#ifndef ML_MATH_FUNC_H
#define ML_MATH_FUNC_H

extern double ml_exp(double x);
extern double ml_log(double x);		/* x > 0; -inf at 0, NaN below */
extern double ml_log1p(double x);
/* log(1 + t) - t, without cancellation for small t; t > -1 */
extern double ml_log1p_minus(double t);
/* 1 / (1 + e^-x) */
extern double ml_sigmoid(double x);
/* log(1 + e^x) */
extern double ml_softplus(double x);
/* log(p / (1 - p)) */
extern double ml_logit(double p);

/* Standard normal distribution function and its inverse (Wichura, AS 241). */
extern double ml_normal_cdf(double z);
extern double ml_normal_quantile(double p);
/* Upper tail of chi-square with df degrees of freedom. */
extern double ml_chi_square_tail(double x, double df);
/* Probability that |t| of Student's distribution, or F, is larger (beta.c). */
extern double ml_student_tails(double t, double df);
extern double ml_f_tail(double f, double df1, double df2);
/* The t > 0 for such a probability. */
extern double ml_student_quantile(double tails, double df);
/*
 * Two-sample Kolmogorov-Smirnov p-value of the statistic d for sizes n and m:
 * exact by lattice paths while n * m is small enough, else Kolmogorov's
 * series with Stephens' correction.
 */
extern double ml_kolmogorov_tail(double d, double n, double m);

#endif							/* ML_MATH_FUNC_H */
