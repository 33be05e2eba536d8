# Reference numbers for test_elastic_net from R's glmnet 4.1.6:
#
#   apt-get install r-cran-glmnet
#   cd test/data && Rscript make_elastic_net.R
#
# elastic_net_glmnet.csv, long: setting, weighted (row i of diabetes.csv counts
# 1 + i % 3), factors (column j has the penalty factor j % 3, so that some are
# free), lambda, alpha, index (0 intercept), value. Columns are standardised by
# glmnet. The target is divided by its deviation, because glmnet takes the l2
# part relative to that. Index -1 is the lambda that glmnet's path starts from.

suppressMessages(library(glmnet))

table <- read.csv("diabetes.csv")
x <- as.matrix(table[, 2:11])
n <- nrow(x)
settings <- list(
  list(weighted = 0, factors = 0, lambda = 0.02, alpha = 1),
  list(weighted = 1, factors = 0, lambda = 0.02, alpha = 1),
  list(weighted = 0, factors = 1, lambda = 0.1, alpha = 1),
  list(weighted = 1, factors = 1, lambda = 0.1, alpha = 0.5),
  list(weighted = 0, factors = 0, lambda = 0.3, alpha = 0.2),
  list(weighted = 1, factors = 0, lambda = 0.5, alpha = 0))
rows <- list()
for (number in seq_along(settings)) {
  setting <- settings[[number]]
  weight <- if (setting$weighted) 1 + (seq_len(n) - 1) %% 3 else rep(1, n)
  factor <- if (setting$factors) (seq_len(10) - 1) %% 3 else rep(1, 10)
  # glmnet makes factors sum to their number: undone in lambda.
  rescaled <- sum(factor) / 10
  mean <- sum(weight * table$y) / sum(weight)
  y <- table$y / sqrt(sum(weight * (table$y - mean)^2) / sum(weight))
  path <- exp(seq(log(10), log(setting$lambda), length.out = 100)) * rescaled
  fit <- glmnet(x, y, weights = weight, alpha = setting$alpha, lambda = path,
                penalty.factor = factor, thresh = 1e-24, maxit = 1e8)
  start <- if (setting$alpha > 0)
    max(glmnet(x, y, weights = weight, alpha = setting$alpha, penalty.factor = factor,
               thresh = 1e-24)$lambda) / rescaled else NaN
  value <- c(start, as.numeric(coef(fit)[, 100]))
  for (index in -1:10)
    rows[[length(rows) + 1]] <- c(number - 1, setting$weighted, setting$factors, setting$lambda,
                                  setting$alpha, index, value[index + 2])
}
rows <- do.call(rbind, rows)
rows <- ifelse(is.nan(rows), "", sprintf("%.15g", rows))
colnames(rows) <- c("setting", "weighted", "factors", "lambda", "alpha", "index", "value")
write.csv(rows, "elastic_net_glmnet.csv", row.names = FALSE, quote = FALSE)

# elastic_net_cv_glmnet.csv: cv.glmnet on standardised columns of diabetes.csv, fold of
# row i = i % 5: weighted, alpha, step (from 0), lambda, mean squared error and
# its standard error; then a row per choice, step -1 for the lowest error and -2
# for the rule of one standard error. Lasso only: glmnet's l2 part changes with the fold.
rows <- list()
for (weighted in 0:1) {
  alpha <- 1
  weight <- if (weighted) 1 + (seq_len(n) - 1) %% 3 else rep(1, n)
  centred <- sweep(x, 2, colSums(x * weight) / sum(weight))
  standard <- sweep(centred, 2, sqrt(colSums(centred^2 * weight) / sum(weight)), "/")
  mean <- sum(weight * table$y) / sum(weight)
  y <- table$y / sqrt(sum(weight * (table$y - mean)^2) / sum(weight))
  start <- max(abs(colSums(standard * weight * (y - sum(weight * y) / sum(weight))))) / sum(weight)
  lambda <- start * 1e-4^((0:99) / 99)
  fit <- cv.glmnet(standard, y, weights = weight, alpha = alpha, lambda = lambda, standardize = FALSE,
                   foldid = 1 + (seq_len(n) - 1) %% 5, thresh = 1e-22, maxit = 1e8)
  for (step in seq(0, 99, 9))
    rows[[length(rows) + 1]] <- c(weighted, alpha, step, lambda[step + 1], fit$cvm[step + 1], fit$cvsd[step + 1])
  for (rule in 1:2) {
    chosen <- c(fit$lambda.min, fit$lambda.1se)[rule]
    at <- which(fit$lambda == chosen)
    rows[[length(rows) + 1]] <- c(weighted, alpha, -rule, chosen, fit$cvm[at], fit$cvsd[at])
  }
}
rows <- do.call(rbind, rows)
colnames(rows) <- c("weighted", "alpha", "step", "lambda", "error", "std_error")
write.csv(ifelse(is.nan(rows), "", sprintf("%.15g", rows)), "elastic_net_cv_glmnet.csv", row.names = FALSE, quote = FALSE)
