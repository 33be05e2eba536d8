/*
 * bridge/team.h
 *		PostgreSQL's parallel workers as a team of base/team.h.
 *
 * The leader works whatever happens: no worker is an error. How many help is
 * the user's max_parallel_maintenance_workers, and no more than there are
 * processors. While a team lives the backend is in parallel mode: it may read,
 * but nothing may be written and no subtransaction begun.
 */
#ifndef MLOPS_BRIDGE_TEAM_H
#define MLOPS_BRIDGE_TEAM_H

#include "postgres.h"

#include "base/team.h"

/* MlEnv.team_begin and MlEnv.team_end of every environment in a backend. */
extern MlStatus mlops_team_begin(MlEnv *env, const char *algorithm, int most, size_t window);
extern void mlops_team_end(MlEnv *env);

#endif							/* MLOPS_BRIDGE_TEAM_H */
