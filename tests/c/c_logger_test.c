/* The logger of the C interface from C11: a log, its misuse, its errors.
 *   c_logger_test FOLDER
 * Exits 0 if all holds; prints what does not. */

#define _XOPEN_SOURCE 700

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "sampler/c/sampler.h"
#include "tests/c/expect.h"

enum { kSize = 100 };

static char path[4096];
static char partial[4200];

/* The size of a file; -1: there is none. */
static long size_of(const char* name) {
  FILE* file = fopen(name, "rb");
  if (file == NULL) return -1;
  fseek(file, 0, SEEK_END);
  const long size = ftell(file);
  fclose(file);
  return size;
}

static void clean(void) {
  remove(path);
  remove(partial);
}

static sampler_logger* make(int64_t top_k) {
  const char* const metadata[] = {"model", "none", "temperature", "0.8"};
  const sampler_logger_options options = {
      sizeof options, kSize, SAMPLER_F32, top_k, 0, metadata, 2, 0};
  sampler_logger* logger = NULL;
  EXPECT(sampler_logger_create(path, &options, &logger, &error) == SAMPLER_OK);
  return logger;
}

/* With what sequence 0 is drawn. */
static void describe(sampler_logger* logger) {
  static const char config[] =
      "{\"version\": 1, \"stages\": [{\"type\": \"categorical\"}]}";
  sampler_pipeline* pipeline = NULL;
  EXPECT(sampler_pipeline_create(config, strlen(config), kSize, &pipeline,
                                 &error) == SAMPLER_OK);
  sampler_sequence* sequence = NULL;
  EXPECT(sampler_sequence_create(pipeline, 7, 0, NULL, 0, &sequence, &error) ==
         SAMPLER_OK);
  EXPECT(sampler_logger_describe(logger, 0, sequence, &error) == SAMPLER_OK);
  EXPECT(sampler_logger_describe(logger, 0, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_logger_describe(NULL, 0, sequence, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  sampler_sequence_free(sequence);
  sampler_pipeline_free(pipeline);
}

static void test_log(int64_t top_k) {
  clean();
  sampler_logger* logger = make(top_k);
  const int32_t prompt[] = {1, 2, 3};
  float logits[kSize];
  const sampler_row row = {logits, kSize, SAMPLER_F32};
  EXPECT(sampler_logger_prompt(logger, 0, prompt, 3, &error) == SAMPLER_OK);
  EXPECT(sampler_logger_prompt(logger, 1, NULL, 0, &error) == SAMPLER_OK);
  describe(logger);
  for (int step = 0; step < 50; ++step) {
    for (int i = 0; i < kSize; ++i) logits[i] = (float)((i * step) % 17);
    EXPECT(sampler_logger_append(logger, (uint32_t)(step % 2), &row, step,
                                 &error) == SAMPLER_OK);
  }
  EXPECT(sampler_logger_sync(logger, &error) == SAMPLER_OK);
  EXPECT(size_of(path) == -1);
  EXPECT(size_of(partial) > 0);
  EXPECT(sampler_logger_finish(logger, &error) == SAMPLER_OK);
  EXPECT(size_of(partial) == -1);
  if (top_k == 0) {
    EXPECT(size_of(path) > 50 * kSize * 4);
  } else {
    EXPECT(size_of(path) < 50 * (top_k + 1) * 12 + 4000);
  }
  EXPECT(sampler_logger_append(logger, 0, &row, 1, &error) ==
         SAMPLER_WRONG_STATE);
  EXPECT(sampler_logger_finish(logger, &error) == SAMPLER_WRONG_STATE);
  sampler_logger_free(logger);
}

static void test_misuse(void) {
  clean();
  sampler_logger* logger = make(0);
  sampler_logger* none = NULL;
  float logits[kSize] = {0};
  sampler_row row = {logits, kSize, SAMPLER_F32};
  sampler_logger_options options = {
      sizeof options, kSize, SAMPLER_F32, 0, 0, NULL, 0, 0};

  /* One log at a time under one name, and never over another. */
  EXPECT(sampler_logger_create(path, &options, &none, &error) ==
         SAMPLER_FILE_ERROR);
  EXPECT(none == NULL);
  EXPECT(strstr(text, "recover") != NULL);
  EXPECT(sampler_logger_create("/no/such/folder/x", &options, &none, &error) ==
         SAMPLER_FILE_ERROR);
  EXPECT(sampler_logger_create(NULL, &options, &none, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_logger_create(path, NULL, &none, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_logger_create(path, &options, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  options.dtype = SAMPLER_F64;
  EXPECT(sampler_logger_create(path, &options, &none, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  options.dtype = SAMPLER_F32;
  options.metadata_count = 1;
  EXPECT(sampler_logger_create(path, &options, &none, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  /* A name that stands there twice: one of its texts would be lost. */
  const char* const twice[] = {"model", "a", "kind", "raw", "model", "b"};
  options.metadata = twice;
  options.metadata_count = 3;
  EXPECT(sampler_logger_create(path, &options, &none, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(strstr(text, "metadata[2]") != NULL);
  options.struct_size = 0;
  EXPECT(sampler_logger_create(path, &options, &none, &error) ==
         SAMPLER_INVALID_ARGUMENT);

  EXPECT(sampler_logger_finish(logger, &error) == SAMPLER_WRONG_STATE);
  EXPECT(sampler_logger_append(NULL, 0, &row, 0, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_logger_append(logger, 0, NULL, 0, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_logger_append(logger, 0, &row, kSize, &error) ==
         SAMPLER_OUT_OF_RANGE);
  EXPECT(strcmp(text, "token: got 100, want a token id in [0, 100)") == 0);
  row.size = kSize - 1;
  EXPECT(sampler_logger_append(logger, 0, &row, 0, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  row.size = kSize;
  row.dtype = (sampler_dtype)9;
  EXPECT(sampler_logger_append(logger, 0, &row, 0, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_logger_prompt(logger, 0, NULL, 1, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_logger_sync(NULL, &error) == SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_logger_finish(NULL, &error) == SAMPLER_INVALID_ARGUMENT);
  sampler_logger_free(NULL);

  /* Freed without finishing: what was logged is still there. */
  row.dtype = SAMPLER_F32;
  EXPECT(sampler_logger_append(logger, 0, &row, 0, NULL) == SAMPLER_OK);
  sampler_logger_free(logger);
  EXPECT(size_of(partial) > kSize * 4);
  clean();
}

/* A journal without a name leaves nothing until it is finished. */
static void test_nameless(void) {
  clean();
  const float logits[kSize] = {0};
  const sampler_row row = {logits, kSize, SAMPLER_F32};
  const sampler_logger_options options = {.struct_size = sizeof options,
                                          .vocabulary_size = kSize,
                                          .dtype = SAMPLER_F32,
                                          .nameless = 1};
  for (int finish = 0; finish < 2; ++finish) {
    sampler_logger* logger = NULL;
    EXPECT(sampler_logger_create(path, &options, &logger, &error) ==
           SAMPLER_OK);
    EXPECT(sampler_logger_append(logger, 0, &row, 3, &error) == SAMPLER_OK);
    EXPECT(size_of(path) == -1 && size_of(partial) == -1);
    if (finish) EXPECT(sampler_logger_finish(logger, &error) == SAMPLER_OK);
    sampler_logger_free(logger);
    EXPECT((size_of(path) > 0) == finish && size_of(partial) == -1);
  }
  clean();
}

/* Whatever the system refuses is a file error, and blames no argument. */
static void test_file_errors(const char* folder) {
  clean();
  const sampler_logger_options options = {
      sizeof options, kSize, SAMPLER_F32, 0, 0, NULL, 0, 0};
  sampler_logger* none = NULL;
  char name[8192];
  /* A name that is too long. */
  memset(name, 'x', sizeof name);
  const int end = snprintf(name, sizeof name, "%s/", folder);
  name[end] = 'x';
  name[end + 600] = '\0';
  EXPECT(sampler_logger_create(name, &options, &none, &error) ==
         SAMPLER_FILE_ERROR);
  /* A path through a file. */
  FILE* file = fopen(path, "wb");
  EXPECT(file != NULL && fclose(file) == 0);
  snprintf(name, sizeof name, "%s/log", path);
  EXPECT(sampler_logger_create(name, &options, &none, &error) ==
         SAMPLER_FILE_ERROR);
  clean();
  /* A file that may not grow. */
  sampler_logger* logger = make(0);
  signal(SIGXFSZ, SIG_IGN);
  struct rlimit before;
  EXPECT(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const struct rlimit little = {8192, before.rlim_max};
  EXPECT(setrlimit(RLIMIT_FSIZE, &little) == 0);
  const float logits[kSize] = {0};
  const sampler_row row = {logits, kSize, SAMPLER_F32};
  sampler_status status = SAMPLER_OK;
  for (int i = 0; i < 100 && status == SAMPLER_OK; ++i) {
    status = sampler_logger_append(logger, 0, &row, 1, &error);
  }
  if (status == SAMPLER_OK) status = sampler_logger_finish(logger, &error);
  EXPECT(status == SAMPLER_FILE_ERROR);
  EXPECT(setrlimit(RLIMIT_FSIZE, &before) == 0);
  sampler_logger_free(logger);
  clean();
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  snprintf(path, sizeof path, "%s/c_logger_test.safetensors", argv[1]);
  snprintf(partial, sizeof partial, "%s.partial", path);
  test_log(0);
  test_log(10);
  test_misuse();
  test_nameless();
  test_file_errors(argv[1]);
  if (failures == 0) puts("the logger of the C interface holds");
  return failures == 0 ? 0 : 1;
}
