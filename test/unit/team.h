/*
 * team.h
 *		Teams of threads: each member has its own environment, and the windows
 *		are memory that all of them see.
 */
#ifndef ML_TEST_TEAM_H
#define ML_TEST_TEAM_H

#include "base/team.h"

/*
 * Let `size` members do work(environment, argument), each in a thread. True
 * when all of them came back with ML_OK; the others are then not kept waiting.
 */
extern bool team_run(int size, size_t window, MlStatus (*work) (MlEnv *env, void *argument),
					 void *argument);

/*
 * Give the environment a team of `size` members, whose helpers run help() of
 * the algorithm, for the next fit in it; with 1 none.
 */
extern void team_give(MlEnv *env, int size, const char *algorithm, size_t window);

#endif							/* ML_TEST_TEAM_H */
