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
		case ML_CLUSTERING:
			return "clustering";
		case ML_DECOMPOSITION:
			return "decomposition";
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
	int			t;

	for (t = ML_REGRESSION; t <= ML_LAST_TASK; t++)
	{
		if (strcmp(name, ml_task_name((MlTask) t)) == 0)
		{
			*task = (MlTask) t;
			return true;
		}
	}
	return false;
}
