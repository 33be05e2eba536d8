/*
 * bridge/settings.h
 *		The extension's configuration settings (prefix mlops.).
 */
#ifndef MLOPS_BRIDGE_SETTINGS_H
#define MLOPS_BRIDGE_SETTINGS_H

extern int	mlops_training_memory;	/* kB; mlops.training_memory, default 1 GB */
extern int	mlops_block_memory;	/* kB; mlops.block_memory, default 32 MB */
extern int	mlops_model_cache_size; /* kB; mlops.model_cache_size, default 64 MB */
extern bool mlops_simd;			/* mlops.simd: vector instructions, default on */
extern int	mlops_max_jobs;		/* mlops.max_jobs: jobs at once, default 2; postmaster start */
extern bool mlops_scheduler;	/* mlops.scheduler: run schedules, default on; sighup */

/* Define all settings and reserve the prefix; called from _PG_init. */
extern void mlops_define_settings(void);

#endif							/* MLOPS_BRIDGE_SETTINGS_H */
