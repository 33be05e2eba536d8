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

/* The same for a signature alone; its last features may have no inputs. */
extern MlStatus ml_signature_check(MlEnv *env, const MlSignature *signature,
								   MlStatus status, const char *prefix);

/* A signature, and a terminated text or NULL; counts that are not possible are ML_CORRUPT. */
extern void ml_write_signature(MlWriter *writer, const MlSignature *signature);
extern MlStatus ml_read_signature(MlEnv *env, MlReader *reader, MlSignature *signature);
extern void ml_write_name(MlWriter *writer, const char *name);
extern MlStatus ml_read_name(MlEnv *env, MlReader *reader, const char **name);

/* Valid UTF-8 (RFC 3629) without zero bytes. */
extern bool ml_text_valid(const char *text, size_t length);

#endif							/* ML_ARTIFACT_FORMAT_H */
