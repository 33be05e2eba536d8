/*
 * test_base.c
 *		Environment, byte format, checksum and hash.
 */
#include "unit.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/size.h"

static void
test_sizes(void)
{
	size_t		result;

	unit_ok(ml_size_multiply(3, 5, &result) && result == 15, "a product that fits");
	unit_ok(!ml_size_multiply(SIZE_MAX / 2, 3, &result), "a product that does not fit");
	unit_ok(ml_size_add(SIZE_MAX - 1, 1, &result) && result == SIZE_MAX, "a sum that fits");
	unit_ok(!ml_size_add(SIZE_MAX, 1, &result), "a sum that does not fit");
}

static bool
is_zero(const void *block, size_t length)
{
	const unsigned char *bytes = block;
	size_t		i;

	for (i = 0; i < length; i++)
	{
		if (bytes[i] != 0)
			return false;
	}
	return true;
}

static void
test_allocate(void)
{
	MlEnv	   *env = unit_env();
	double	   *block = ml_allocate(env, 1000, sizeof(double));
	double	   *same;
	char	   *text;

	unit_ok(block != NULL && is_zero(block, 1000 * sizeof(double)), "memory comes zeroed");
	unit_ok((uintptr_t) block % 16 == 0, "memory is aligned");
	block[0] = 1.5;
	block[999] = 2.5;
	block = ml_resize(env, block, 50000, sizeof(double));
	unit_ok(block[0] == 1.5 && block[999] == 2.5, "growing keeps the contents");
	block = ml_resize(env, block, 1, sizeof(double));
	unit_ok(block[0] == 1.5, "shrinking keeps what is left");
	same = ml_resize(env, NULL, 4, sizeof(double));
	unit_ok(same != NULL, "resizing nothing allocates");
	unit_ok(ml_allocate(env, 0, 8) != NULL, "an empty array has an address");
	unit_ok(ml_resize(env, same, 0, 8) != NULL, "shrinking to nothing keeps an address");
	ml_release(env, block);
	ml_release(env, NULL);
	text = ml_copy_text(env, "abcdef", 3);
	unit_text(text, "abc", "a copied text ends with a zero byte");
	unit_text(ml_copy_text(env, NULL, 0), "", "nothing is copied as an empty text");
}

static void
test_allocate_failures(void)
{
	MlEnv	   *env = unit_env();
	char	   *block;

	unit_ok(ml_allocate(env, SIZE_MAX / 4, 8) == NULL, "a product that overflows is refused");
	unit_ok(env->error.status == ML_OUT_OF_MEMORY, "with its status");
	unit_text(env->error.message, "out of memory", "and its message");
	unit_ok(strstr(env->error.detail, "elements of 8 bytes") != NULL, "and its detail");
	block = ml_allocate(env, 100, 1);
	block[99] = 'x';
	unit_ok(ml_resize(env, block, SIZE_MAX, 2) == NULL, "resizing checks the product, too");
	unit_ok(ml_copy_text(env, "x", SIZE_MAX) == NULL, "so does copying a text");
	unit_budget(env, 1000);
	unit_ok(ml_allocate(env, 1001, 1) == NULL, "beyond the budget: no memory");
	unit_text(env->error.detail, "A block of 1001 bytes could not be allocated.", "and the size is told");
	unit_ok(ml_resize(env, block, 1001, 1) == NULL && block[99] == 'x', "a failed resize leaves the old block");
	unit_ok(ml_allocate(env, 900, 1) != NULL, "within the budget: memory");
	unit_ok(ml_allocate(env, 1, 1) == NULL, "the budget counts what lives");
	ml_release(env, block);
	unit_ok(ml_allocate(env, 100, 1) != NULL, "released memory counts no more");
}

static void
test_errors(void)
{
	MlEnv	   *env = unit_env();
	char		umlauts[2 * ML_ERROR_TEXT + 1];
	int			i;

	unit_ok(ml_fail(env, ML_LIMIT, "too many %s: %d", "trees", 7) == ML_LIMIT, "ml_fail returns the status");
	ml_detail(env, "Detail %d.", 1);
	ml_hint(env, "Hint %d.", 2);
	unit_text(env->error.message, "too many trees: 7", "message");
	unit_text(env->error.detail, "Detail 1.", "detail");
	unit_text(env->error.hint, "Hint 2.", "hint");
	ml_fail(env, ML_CORRUPT, "damaged");
	unit_text(env->error.detail, "", "a new error drops the old detail");
	unit_text(env->error.hint, "", "and the old hint");

	for (i = 0; i < ML_ERROR_TEXT; i++)
		memcpy(umlauts + 2 * i, "\xc3\xa4", 2);
	umlauts[2 * ML_ERROR_TEXT] = '\0';
	ml_fail(env, ML_LIMIT, "%s", umlauts);
	unit_ok(strlen(env->error.message) == ML_ERROR_TEXT - 2, "no half character at the end of a cut text");
	ml_fail(env, ML_LIMIT, "x%s", umlauts);
	unit_ok(strlen(env->error.message) == ML_ERROR_TEXT - 1, "a whole last character is kept");
	umlauts[ML_ERROR_TEXT - 1] = '\0';
	memset(umlauts, 'y', ML_ERROR_TEXT - 1);
	ml_fail(env, ML_LIMIT, "%s", umlauts);
	unit_ok(strlen(env->error.message) == ML_ERROR_TEXT - 1, "a text that just fits is not cut");
}

static void
test_callbacks(void)
{
	MlEnv	   *env = unit_env();

	unit_text(unit_warnings(env), "", "no warning yet");
	ml_warn(env, "column \"%s\" is constant", "a");
	ml_warn(env, "second");
	unit_text(unit_warnings(env), "column \"a\" is constant\nsecond", "warnings are kept in order");
	unit_ok(ml_check_stop(env) == ML_OK, "nobody asks to stop");
	unit_stop_after(env, 2);
	unit_ok(ml_check_stop(env) == ML_OK && ml_check_stop(env) == ML_OK, "two looks are free");
	unit_ok(ml_check_stop(env) == ML_INTERRUPTED, "the third one stops");
	unit_ok(env->error.status == ML_INTERRUPTED, "and leaves its error");
	ml_report(env, "fitting", 0.5, 10, -1, NAN);
	env->should_stop = NULL;
	env->report = NULL;
	env->warn = NULL;
	ml_warn(env, "unheard");
	ml_report(env, "fitting", 0.5, 10, -1, NAN);
	unit_ok(ml_check_stop(env) == ML_OK, "callbacks may be absent");
}

static void
write_everything(MlWriter *writer)
{
	static const double numbers[3] = {1.5, -2.5, 3.5};

	ml_write_u8(writer, 200);
	ml_write_u32(writer, UINT32_C(0xdeadbeef));
	ml_write_u64(writer, UINT64_C(0x0123456789abcdef));
	ml_write_f64(writer, -0.1);
	ml_write_text(writer, "h\xc3\xa9llo", 6);
	ml_write_text(writer, NULL, 0);
	ml_write_text(writer, "", 0);
	ml_write_array(writer, numbers, 3, sizeof(double));
	ml_write_array(writer, NULL, 0, sizeof(double));
	ml_write_u8(writer, 7);
}

/* Reads what write_everything() wrote; the number of right answers. */
static int
read_everything(MlReader *reader)
{
	int			right = 0;
	size_t		length;
	const char *text;
	const double *numbers;

	right += ml_read_u8(reader) == 200;
	right += ml_read_u32(reader) == UINT32_C(0xdeadbeef);
	right += ml_read_u64(reader) == UINT64_C(0x0123456789abcdef);
	right += ml_read_f64(reader) == -0.1;
	text = ml_read_text(reader, &length);
	right += text != NULL && length == 6 && memcmp(text, "h\xc3\xa9llo", 6) == 0;
	right += ml_read_text(reader, &length) == NULL && length == 0 && !ml_reader_failed(reader);
	right += ml_read_text(reader, &length) != NULL && length == 0;
	numbers = ml_read_array(reader, 3, sizeof(double));
	right += numbers != NULL && (uintptr_t) numbers % 8 == 0 && numbers[1] == -2.5;
	right += ml_read_array(reader, 0, sizeof(double)) != NULL;
	right += ml_read_u8(reader) == 7;
	return right;
}

static void
test_bytes(void)
{
	static const uint8_t start[] = {200, 0xef, 0xbe, 0xad, 0xde, 0xef, 0xcd, 0xab, 0x89};
	MlEnv	   *env = unit_env();
	MlWriter	writer;
	MlReader	reader;
	size_t		cut;
	int			missed = 0;

	ml_writer_begin(&writer, env);
	write_everything(&writer);
	unit_ok(writer.status == ML_OK, "everything is written");
	unit_ok(memcmp(writer.data, start, sizeof(start)) == 0, "little-endian, without gaps");
	ml_reader_begin(&reader, writer.data, writer.length);
	unit_ok(read_everything(&reader) == 10, "everything is read back");
	unit_ok(!ml_reader_failed(&reader) && reader.position == reader.length, "to the last byte");
	ml_read_u8(&reader);
	unit_ok(ml_reader_failed(&reader), "reading on fails");

	for (cut = 0; cut < writer.length; cut++)
	{
		/* A copy of the exact size: the sanitizer sees a read beyond it. */
		void	   *copy = ml_allocate(env, cut, 1);

		memcpy(copy, writer.data, cut);
		ml_reader_begin(&reader, copy, cut);
		missed += read_everything(&reader) == 10 || !ml_reader_failed(&reader);
		ml_release(env, copy);
	}
	unit_ok(missed == 0, "every truncation is noticed");
}

static void
test_hostile_bytes(void)
{
	uint64_t	buffer[4] = {0};
	MlReader	reader;
	size_t		length = 1;

	ml_reader_begin(&reader, buffer, sizeof(buffer));
	unit_ok(ml_read_array(&reader, SIZE_MAX / 4, 8) == NULL && ml_reader_failed(&reader), "an array size that overflows");
	unit_ok(ml_read_u8(&reader) == 0 && reader.position == 0, "after a failure nothing is read");
	ml_reader_begin(&reader, buffer, sizeof(buffer));
	unit_ok(ml_read_array(&reader, 5, 8) == NULL && ml_reader_failed(&reader), "an array longer than the rest");
	memset(buffer, 0xf0, sizeof(buffer));
	ml_reader_begin(&reader, buffer, sizeof(buffer));
	unit_ok(ml_read_text(&reader, &length) == NULL && length == 0 && ml_reader_failed(&reader), "a text longer than the rest");
	ml_reader_begin(&reader, buffer, 6);
	ml_read_u8(&reader);
	unit_ok(ml_read_array(&reader, 0, 8) == NULL && ml_reader_failed(&reader), "padding beyond the end");
}

static void
test_writer_failures(void)
{
	MlEnv	   *env = unit_env();
	MlWriter	writer;
	size_t		length;
	int			i;

	ml_writer_begin(&writer, env);
	for (i = 0; i < 10000; i++)
		ml_write_u32(&writer, (uint32_t) i);
	unit_ok(writer.status == ML_OK && writer.length == 40000, "the buffer grows");
	unit_budget(env, 60000);
	for (i = 0; i < 100000; i++)
		ml_write_u8(&writer, 1);
	unit_ok(writer.status == ML_OUT_OF_MEMORY, "the budget ends the writing");
	length = writer.length;
	ml_write_u8(&writer, 1);
	ml_write_text(&writer, "x", 1);
	unit_ok(writer.length == length, "later writes do nothing");
	ml_writer_begin(&writer, env);
	ml_write_array(&writer, "", SIZE_MAX / 4, 8);
	unit_ok(writer.status == ML_LIMIT, "an array size that overflows is refused");
	ml_writer_begin(&writer, env);
	ml_write_text(&writer, "x", UINT32_MAX);
	unit_ok(writer.status == ML_LIMIT, "a text of 4 GB is refused");
}

static void
test_crc(MlSimd simd)
{
	uint8_t		bytes[32];
	bool		same = true;
	int			i;

	unit_ok(ml_crc32c(simd, "", 0) == 0, "checksum of nothing");
	unit_ok(ml_crc32c(simd, "123456789", 9) == UINT32_C(0xe3069283), "checksum of the usual digits");
	memset(bytes, 0, sizeof(bytes));
	unit_ok(ml_crc32c(simd, bytes, 32) == UINT32_C(0x8a9136aa), "RFC 3720 B.4: zeroes");
	memset(bytes, 0xff, sizeof(bytes));
	unit_ok(ml_crc32c(simd, bytes, 32) == UINT32_C(0x62a8ab43), "RFC 3720 B.4: ones");
	for (i = 0; i < 32; i++)
		bytes[i] = (uint8_t) i;
	unit_ok(ml_crc32c(simd, bytes, 32) == UINT32_C(0x46dd794e), "RFC 3720 B.4: ascending");
	/* bit by bit, for every length and beginning that words can have */
	for (i = 0; i < 64; i++)
	{
		const uint8_t *begin = bytes + i % 8;
		size_t		length = (size_t) (i / 3);
		uint32_t	crc = UINT32_C(0xffffffff);
		size_t		k;
		int			bit;

		for (k = 0; k < length; k++)
		{
			crc ^= begin[k];
			for (bit = 0; bit < 8; bit++)
				crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0x82f63b78) : 0);
		}
		same = same && ml_crc32c(simd, begin, length) == (crc ^ UINT32_C(0xffffffff));
	}
	unit_ok(same, "checksums of short strings");
}

/* Frozen: a change of any of these changes every split ever made. */
static void
test_hash(void)
{
	static const char text[] = "xthe quick brown fox";

	unit_ok(ml_mix64(0) == UINT64_C(0xe220a8397b1dcdaf), "splitmix64 of 0");
	unit_ok(ml_mix64(1) == UINT64_C(0x910a2dec89025cc1), "splitmix64 of 1");
	unit_ok(ml_hash_word(0, 0) == UINT64_C(0xa706dd2f4d197e6f), "hash of a word");
	unit_ok(ml_hash_word(42, 7) == UINT64_C(0x6eab8625df268fbc), "hash of a word behind a seed");
	unit_ok(ml_hash_bytes(0, "", 0) == UINT64_C(0xa706dd2f4d197e6f), "hash of nothing");
	unit_ok(ml_hash_bytes(0, "a", 1) == UINT64_C(0x57c16a7ee868c3df), "hash of one byte");
	unit_ok(ml_hash_bytes(0, "12345678", 8) == UINT64_C(0x9f14a20f9a0e563e), "hash of one word of bytes");
	unit_ok(ml_hash_bytes(42, text + 1, 19) == UINT64_C(0x776927b9454b7551), "hash of text, from any address");
	unit_ok(ml_hash_bytes(0, "a", 1) != ml_hash_bytes(0, "a\0", 2), "trailing zero bytes count");
	unit_ok(ml_hash_bytes(0, "", 0) != ml_hash_bytes(1, "", 0), "the seed counts");
}

int
main(void)
{
	MlSimd		simd;

	test_sizes();
	test_allocate();
	test_allocate_failures();
	test_errors();
	test_callbacks();
	test_bytes();
	test_hostile_bytes();
	test_writer_failures();
	for (simd = ML_SIMD_NONE; simd <= ml_simd_best(); simd++)
		test_crc(simd);
	test_hash();
	return unit_done();
}
