/*
 * api/mlops.c
 *		What happens when the server loads the library.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "bridge/announce.h"
#include "bridge/pg_compat.h"
#include "bridge/progress.h"
#include "bridge/settings.h"
#include "bridge/version.h"
#include "worker/process.h"

MLOPS_MODULE_MAGIC("mlops", MLOPS_VERSION);

extern PGDLLEXPORT void _PG_init(void);

/*
 * Settings are there in every session that uses the extension. Shared memory
 * and the launcher need the library in shared_preload_libraries.
 */
void
_PG_init(void)
{
	mlops_define_settings();
	if (!process_shared_preload_libraries_in_progress)
		return;
	mlops_progress_init();
	mlops_announce_init();
	mlops_slots_init();
	if (!IsBinaryUpgrade)
		mlops_launcher_register();
}
