/*
 * bridge/settings.c
 *		The extension's configuration settings.
 */
#include "postgres.h"

#include <limits.h>

#include "miscadmin.h"
#include "utils/guc.h"

#include "bridge/settings.h"

int			mlops_training_memory = 1024 * 1024;
int			mlops_block_memory = 32 * 1024;
int			mlops_model_cache_size = 256 * 1024;
bool		mlops_simd = true;
int			mlops_max_jobs = 2;
bool		mlops_scheduler = true;

static void
define_memory_settings(void)
{
	DefineCustomIntVariable("mlops.training_memory",
							"Limit of the memory that one training may use.",
							"Reading, encoding and fitting count; a training that needs more fails.",
							&mlops_training_memory,
							1024 * 1024, 1024, MAX_KILOBYTES,
							PGC_USERSET, GUC_UNIT_KB,
							NULL, NULL, NULL);
	DefineCustomIntVariable("mlops.block_memory",
							"Memory for rows as they are read, beyond which they go to a temporary file.",
							"At most a quarter of mlops.training_memory is used.",
							&mlops_block_memory,
							32 * 1024, 64, MAX_KILOBYTES,
							PGC_USERSET, GUC_UNIT_KB,
							NULL, NULL, NULL);
	DefineCustomIntVariable("mlops.model_cache_size",
							"Limit of the memory for prepared models in each session.",
							"Models that were not used for longest are dropped first.",
							&mlops_model_cache_size,
							256 * 1024, 1024, MAX_KILOBYTES,
							PGC_USERSET, GUC_UNIT_KB,
							NULL, NULL, NULL);
}

static void
define_simd_setting(void)
{
	DefineCustomBoolVariable("mlops.simd",
							 "Uses the vector instructions that the CPU has.",
							 "Models and scores are the same bytes with and without.",
							 &mlops_simd,
							 true,
							 PGC_USERSET, 0,
							 NULL, NULL, NULL);
}

/*
 * Shared memory is sized by max_jobs, so that it is fixed at server start.
 * In a library that a session loaded the scheduler does not run and the server
 * allows no such setting any more; the name must be known all the same, for
 * otherwise its line in the configuration file would be called invalid.
 */
static void
define_worker_settings(void)
{
	DefineCustomIntVariable("mlops.max_jobs",
							"Number of background jobs that run at the same time.",
							"Needs shared_preload_libraries = 'mlops'.",
							&mlops_max_jobs,
							2, 1, 64,
							process_shared_preload_libraries_in_progress ? PGC_POSTMASTER : PGC_SIGHUP,
							0,
							NULL, NULL, NULL);
	DefineCustomBoolVariable("mlops.scheduler",
							 "Runs what is scheduled.",
							 "Needs shared_preload_libraries = 'mlops'.",
							 &mlops_scheduler,
							 true,
							 PGC_SIGHUP, 0,
							 NULL, NULL, NULL);
}

void
mlops_define_settings(void)
{
	define_memory_settings();
	define_simd_setting();
	define_worker_settings();
	MarkGUCPrefixReserved("mlops");
}
