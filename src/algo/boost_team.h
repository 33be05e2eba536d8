/*
 * algo/boost_team.h
 *		Boosting by a team of processes (base/team.h).
 *
 * The leader deals its rows out; then every member boosts, with sums over the
 * rows of all. All grow the same trees, and the leader's are kept: the same
 * bytes as without a team.
 */
#ifndef ML_ALGO_BOOST_TEAM_H
#define ML_ALGO_BOOST_TEAM_H

#include "algo/boost.h"

/*
 * As ml_boost, with helpers of `algorithm` where there are rows enough for
 * them and processes to be had. boosted->members tells how many took part.
 */
extern MlStatus ml_boost_with_team(MlEnv *env, const char *algorithm,
								   const MlBoostOptions *options, const MlBoostRows *training,
								   const MlBoostRows *validation, MlBoosted *boosted);

/* What a helper does: an algorithm's help() that is called this way. */
extern MlStatus ml_boost_help(MlEnv *env);

#endif							/* ML_ALGO_BOOST_TEAM_H */
