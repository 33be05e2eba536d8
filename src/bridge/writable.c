/*
 * bridge/writable.c
 *		Refusing early what could not be written at the end.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "tcop/utility.h"

#include "bridge/writable.h"

void
mlops_require_writable(const char *command)
{
	PreventCommandDuringRecovery(command);
	PreventCommandIfReadOnly(command);
	PreventCommandIfParallelMode(command);
}
