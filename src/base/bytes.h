/*
 * base/bytes.h
 *		Writing and reading the little-endian byte format of artifacts.
 *
 * The reader trusts nothing: every read checks the remaining length, and the
 * first failure makes all later reads fail, so a decoder may read a whole
 * record and look at ml_reader_failed() once. Counts read from outside are
 * checked against the remaining bytes before anything is allocated.
 * Arrays are stored at offsets that are multiples of 8 from the start of the
 * buffer, so that a decoded model can point into it.
 */
#ifndef ML_BASE_BYTES_H
#define ML_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/env.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "artifacts are used in place and little-endian; big-endian hosts are not supported"
#endif

/*
 * Version of the artifact format that is written. What is read may be older:
 * who decodes the header sets MlReader.format, which begins as the newest.
 */
#define ML_FORMAT 2

typedef struct MlWriter
{
	MlEnv	   *env;
	uint8_t    *data;
	size_t		length;
	size_t		capacity;
	MlStatus	status;			/* the first failure; later writes do nothing */
} MlWriter;

extern void ml_writer_begin(MlWriter *writer, MlEnv *env);
extern void ml_write_u8(MlWriter *writer, uint8_t value);
extern void ml_write_u32(MlWriter *writer, uint32_t value);
extern void ml_write_u64(MlWriter *writer, uint64_t value);
extern void ml_write_f64(MlWriter *writer, double value);
/* u32 length, then the bytes; text NULL is written as length 0xffffffff. */
extern void ml_write_text(MlWriter *writer, const char *text, size_t length);
/* Zero bytes up to a multiple of 8, then count * size bytes as they are. */
extern void ml_write_array(MlWriter *writer, const void *array, size_t count, size_t size);

typedef struct MlReader
{
	const uint8_t *data;		/* 8-byte aligned */
	size_t		length;
	size_t		position;
	uint32_t	format;			/* version of the format that the bytes are in */
	bool		failed;
} MlReader;

extern void ml_reader_begin(MlReader *reader, const void *data, size_t length);
extern uint8_t ml_read_u8(MlReader *reader);
extern uint32_t ml_read_u32(MlReader *reader);
extern uint64_t ml_read_u64(MlReader *reader);
extern double ml_read_f64(MlReader *reader);
/* Points into the buffer, not zero-terminated; NULL with *length 0 for NULL. */
extern const char *ml_read_text(MlReader *reader, size_t *length);
/* Points into the buffer, 8-byte aligned; NULL when it does not fit. */
extern const void *ml_read_array(MlReader *reader, size_t count, size_t size);

static inline bool
ml_reader_failed(const MlReader *reader)
{
	return reader->failed;
}

/* CRC-32C (Castagnoli, RFC 3720) of a byte string. */
extern uint32_t ml_crc32c(MlSimd simd, const void *data, size_t length);

#endif							/* ML_BASE_BYTES_H */
