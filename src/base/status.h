/*
 * base/status.h
 *		What a function below the border says when it returns.
 *
 * Nothing below the border prints, jumps or raises. A function that can fail
 * returns an MlStatus; the words for the user are left in the environment
 * (base/env.h) by ml_fail(), and bridge/error.c turns both into one ereport.
 */
#ifndef ML_BASE_STATUS_H
#define ML_BASE_STATUS_H

typedef enum MlStatus
{
	ML_OK = 0,
	ML_INTERRUPTED,				/* the environment asked to stop */
	ML_OUT_OF_MEMORY,			/* the budget or the machine is exhausted */
	ML_LIMIT,					/* a size is beyond what the code can hold */
	ML_INVALID_OPTION,			/* a parameter is unknown or out of range */
	ML_INVALID_DATA,			/* the values cannot be used */
	ML_CORRUPT,					/* stored or imported bytes are damaged */
	ML_UNAVAILABLE				/* a shared library is missing */
} MlStatus;

#define ML_ERROR_TEXT 512

/* Message, detail and hint in PostgreSQL's style; empty strings are absent. */
typedef struct MlError
{
	MlStatus	status;
	char		message[ML_ERROR_TEXT];
	char		detail[ML_ERROR_TEXT];
	char		hint[ML_ERROR_TEXT];
} MlError;

/* Return from the calling function when `call` does not answer ML_OK. */
#define ML_TRY(call) \
	do { \
		MlStatus	ml_try_status_ = (call); \
		if (ml_try_status_ != ML_OK) \
			return ml_try_status_; \
	} while (0)

#endif							/* ML_BASE_STATUS_H */
