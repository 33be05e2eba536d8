/*
 * team.c
 *		Teams of threads; see team.h.
 */
#include "team.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "algo/algo.h"
#include "unit.h"

typedef struct Meeting
{
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	int			arrived;
	int			number;
	bool		broken;			/* a member has failed */
} Meeting;

typedef struct Member
{
	MlTeam		team;			/* first: MlEnv.team points to it */
	MlEnv	   *env;
	Meeting    *meeting;
	struct Team *all;
	pthread_t	thread;
	MlStatus	status;
} Member;

typedef struct Team
{
	Meeting		meeting;
	uint8_t    *windows;
	int			size;
	Member	   *members;
	MlStatus	(*work) (MlEnv *env, void *argument);
	void	   *argument;
} Team;

static MlStatus
meet(MlEnv *env)
{
	Meeting    *meeting = ((Member *) env->team)->meeting;
	int			number;
	bool		broken;

	pthread_mutex_lock(&meeting->mutex);
	number = meeting->number;
	if (++meeting->arrived == env->team->size)
	{
		meeting->arrived = 0;
		meeting->number++;
		pthread_cond_broadcast(&meeting->changed);
	}
	while (meeting->number == number && !meeting->broken)
		pthread_cond_wait(&meeting->changed, &meeting->mutex);
	broken = meeting->broken;
	pthread_mutex_unlock(&meeting->mutex);
	return broken ? ML_INTERRUPTED : ML_OK;
}

static void *
run_member(void *argument)
{
	Member	   *member = argument;
	Meeting    *meeting = member->meeting;

	member->status = member->all->work(member->env, member->all->argument);
	if (member->status != ML_OK)
	{
		pthread_mutex_lock(&meeting->mutex);
		meeting->broken = true;
		pthread_cond_broadcast(&meeting->changed);
		pthread_mutex_unlock(&meeting->mutex);
	}
	return NULL;
}

static Team *
team_begin(MlEnv *leader, int size, size_t window)
{
	Team	   *team = calloc(1, sizeof(Team));
	int			i;

	pthread_mutex_init(&team->meeting.mutex, NULL);
	pthread_cond_init(&team->meeting.changed, NULL);
	window = (window + ML_WINDOW_ALIGNMENT - 1) / ML_WINDOW_ALIGNMENT * ML_WINDOW_ALIGNMENT;
	team->size = size;
	team->windows = malloc(2 * (size_t) size * window);
	team->members = calloc((size_t) size, sizeof(Member));
	for (i = 0; i < size; i++)
	{
		Member	   *member = &team->members[i];

		member->env = i == 0 && leader != NULL ? leader : unit_env();
		member->meeting = &team->meeting;
		member->all = team;
		member->team.rank = i;
		member->team.size = size;
		member->team.window = window;
		member->team.windows = team->windows;
		member->team.meet = meet;
		member->env->team = &member->team;
	}
	return team;
}

static void
start(Team *team, int first)
{
	int			i;

	for (i = first; i < team->size; i++)
	{
		if (pthread_create(&team->members[i].thread, NULL, run_member, &team->members[i]) != 0)
		{
			printf("Bail out! no thread can be started\n");
			exit(1);
		}
	}
}

static bool
finish(Team *team, int first)
{
	bool		ok = true;
	int			i;

	for (i = first; i < team->size; i++)
	{
		pthread_join(team->members[i].thread, NULL);
		ok = ok && team->members[i].status == ML_OK;
		team->members[i].env->team = NULL;
	}
	pthread_cond_destroy(&team->meeting.changed);
	pthread_mutex_destroy(&team->meeting.mutex);
	free(team->members);
	free(team->windows);
	free(team);
	return ok;
}

bool
team_run(int size, size_t window, MlStatus (*work) (MlEnv *env, void *argument), void *argument)
{
	Team	   *team = team_begin(NULL, size, window);

	team->work = work;
	team->argument = argument;
	start(team, 0);
	return finish(team, 0);
}

static MlStatus
help(MlEnv *env, void *argument)
{
	const MlAlgorithm *algorithm = argument;

	return algorithm->help(env);
}

static void
end_team(MlEnv *env)
{
	if (!finish(((Member *) env->team)->all, 1))
	{
		printf("Bail out! a member of a team failed\n");
		exit(1);
	}
}

void
team_give(MlEnv *env, int size, const char *algorithm, size_t window)
{
	Team	   *team;

	if (size == 1)
		return;
	team = team_begin(env, size, window);
	team->work = help;
	team->argument = (void *) ml_algorithm_find(algorithm);
	env->team_end = end_team;
	start(team, 1);
}
