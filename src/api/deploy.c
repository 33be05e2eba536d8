/*
 * api/deploy.c
 *		mlops_deploy(), mlops_rollback() and mlops_drop_model().
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "api/arguments.h"
#include "lifecycle/deploy.h"

PG_FUNCTION_INFO_V1(mlops_sql_deploy);
PG_FUNCTION_INFO_V1(mlops_sql_rollback);
PG_FUNCTION_INFO_V1(mlops_sql_drop_model);

/* mlops_deploy(ref, alias, reason) */
Datum
mlops_sql_deploy(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(mlops_deploy(mlops_argument_required(fcinfo, 0, "ref"),
								 mlops_argument_required(fcinfo, 1, "alias"),
								 mlops_argument_text(fcinfo, 2)));
}

/* mlops_rollback(model, reason) */
Datum
mlops_sql_rollback(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(mlops_rollback(mlops_argument_required(fcinfo, 0, "model"),
								   mlops_argument_text(fcinfo, 1)));
}

/* mlops_drop_model(model) */
Datum
mlops_sql_drop_model(PG_FUNCTION_ARGS)
{
	mlops_drop_model(mlops_argument_required(fcinfo, 0, "model"));
	PG_RETURN_VOID();
}
