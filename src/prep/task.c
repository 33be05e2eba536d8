/*
 * prep/task.c
 *		What tasks are called.
 */
#include <string.h>

#include "prep/target.h"

const char *
ml_task_name(MlTask task)
{
	switch (task)
	{
		case ML_REGRESSION:
			return "regression";
		case ML_CLASSIFICATION:
			return "classification";
		case ML_ANOMALY:
			return "anomaly";
	}
	return NULL;
}

bool
ml_same_labels(const char *const *a, int n_a, const char *const *b, int n_b)
{
	int			i;

	if (n_a != n_b)
		return false;
	for (i = 0; i < n_a; i++)
	{
		if (strcmp(a[i], b[i]) != 0)
			return false;
	}
	return true;
}

bool
ml_task_by_name(const char *name, MlTask *task)
{
	if (strcmp(name, "regression") == 0)
		*task = ML_REGRESSION;
	else if (strcmp(name, "classification") == 0)
		*task = ML_CLASSIFICATION;
	else if (strcmp(name, "anomaly") == 0)
		*task = ML_ANOMALY;
	else
		return false;
	return true;
}
