/*
 * bridge/attempt.h
 *		Work whose failure is a result, not an end.
 */
#ifndef MLOPS_BRIDGE_ATTEMPT_H
#define MLOPS_BRIDGE_ATTEMPT_H

#include "postgres.h"

/*
 * Do work(argument) in a subtransaction. When it raises an error all that it
 * did is undone, user and settings included, and the answer is false with the
 * error in the caller's memory. Cancellation is raised again.
 */
extern bool mlops_attempt(void (*work) (void *argument), void *argument, ErrorData **error);

#endif							/* MLOPS_BRIDGE_ATTEMPT_H */
