/*
 * artifact/format.h
 *		What encoder and decoder share. The format is written in docs/artifact.md.
 */
#ifndef ML_ARTIFACT_FORMAT_H
#define ML_ARTIFACT_FORMAT_H

#include "artifact/model.h"

#define ML_ARTIFACT_MAGIC "MLOPSART"

#define ML_ARTIFACT_CRC_AT 12	/* the checksum itself */
#define ML_ARTIFACT_SUMMED_AT 16	/* it covers everything from here to the end */
#define ML_ARTIFACT_HEADER 24

/* No query returns more columns (MaxTupleAttributeNumber of PostgreSQL). */
#define ML_ARTIFACT_MAX_FEATURES 1664

/*
 * Everything in a model but its fitted part is as scoring expects it. Called
 * before encoding, so that what is stored can be read again, and after
 * decoding. Failure is `status`, the message begins with `prefix`.
 */
extern MlStatus ml_model_check(MlEnv *env, const MlModel *model,
							   MlStatus status, const char *prefix);

/* Valid UTF-8 (RFC 3629) without zero bytes. */
extern bool ml_text_valid(const char *text, size_t length);

#endif							/* ML_ARTIFACT_FORMAT_H */
