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
 * Asks for helpers of `algorithm` where there are rows enough for them. If
 * there is a team it has to come to ml_bins_fit and ml_boost_with_team next.
 */
extern MlStatus ml_boost_team_begin(MlEnv *env, const char *algorithm, int64_t n_rows, int n_inputs);

/* As ml_boost by the team, if there is one; it ends. boosted->members took part. */
extern MlStatus ml_boost_with_team(MlEnv *env, const MlBoostOptions *options,
								   const MlBoostRows *training, const MlBoostRows *validation,
								   MlBoosted *boosted);

/* What a helper does: help() of an algorithm whose fit calls the above. */
extern MlStatus ml_boost_help(MlEnv *env);

#endif							/* ML_ALGO_BOOST_TEAM_H */
