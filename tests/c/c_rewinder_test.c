/* Phrases of the C interface from C11: a run in which phrases are
 * taken back, its log, misuse.
 *   c_rewinder_test FOLDER
 * Exits 0 if all holds; prints what does not. */

#include <stdlib.h>
#include <string.h>

#include "sampler/c/rewinder.h"
#include "sampler/c/sampler.h"
#include "tests/c/expect.h"
#include "tests/c/sequences.h"

enum { kSize = 8, kLength = 200 };

static const char* const kTexts[kSize] = {"a", "b",  "c", " ",
                                          "d", "ab", "B", ""};
static const char kConfig[] =
    "{\"version\": 1, \"stages\": [{\"type\": \"top_k\", \"k\": 5},"
    "{\"type\": \"categorical\"}]}";

static float logits[kSize];
static const sampler_row row = {logits, kSize, SAMPLER_F32};

static void fill(int64_t position, int32_t last) {
  for (int i = 0; i < kSize; ++i) {
    logits[i] = (float)((i * 5 + last * 3 + position) % 7) * 0.25f;
  }
}

static sampler_sequence* make_sequence(uint64_t seed) {
  return sequence_under(kConfig, kSize, seed, 0);
}

static const sampler_phrase phrases[] = {{.struct_size = sizeof phrases[0],
                                          .text = "abc",
                                          .text_size = 3,
                                          .ignore_case = 1},
                                         {.struct_size = sizeof phrases[0],
                                          .text = "d",
                                          .text_size = 1,
                                          .whole_words = 1}};

static sampler_rewinder* make_rewinder(void) {
  sampler_rewinder* rewinder = NULL;
  EXPECT(sampler_rewinder_create(phrases, 2, &rewinder, &error) == SAMPLER_OK);
  return rewinder;
}

/* The same, written down and read again. */
static sampler_rewinder* read_again(sampler_rewinder* rewinder) {
  char text[4096];
  size_t size = 0;
  EXPECT(sampler_rewinder_snapshot(rewinder, NULL, 0, &size, &error) ==
         SAMPLER_OUT_OF_RANGE);
  EXPECT(sampler_rewinder_snapshot(rewinder, text, sizeof text, &size,
                                   &error) == SAMPLER_OK);
  sampler_rewinder* again = NULL;
  EXPECT(sampler_rewinder_restore(phrases, 1, text, size, &again, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_rewinder_restore(phrases, 2, NULL, 0, &again, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_rewinder_restore(phrases, 2, text, size, &again, &error) ==
         SAMPLER_OK);
  EXPECT(sampler_rewinder_held(again) == sampler_rewinder_held(rewinder));
  sampler_rewinder_free(rewinder);
  return again;
}

/* The whole loop: what is emitted has no phrase, and the log follows. */
static void tell(const char* folder) {
  char path[4096];
  snprintf(path, sizeof path, "%s/c_rewinder_test.safetensors", folder);
  remove(path);
  const sampler_logger_options options = {
      sizeof options, kSize, SAMPLER_F32, 0, 1, NULL, 0, 0};
  sampler_logger* logger = NULL;
  EXPECT(sampler_logger_create(path, &options, &logger, &error) == SAMPLER_OK);
  sampler_sequence* sequence = make_sequence(11);
  sampler_rewinder* rewinder = make_rewinder();
  EXPECT(sampler_logger_describe(logger, 0, sequence, &error) == SAMPLER_OK);
  char told[4 * kLength] = "";
  int32_t tokens[kLength + 1] = {0};
  int rewinds = 0;
  sampler_answer answer = {sizeof answer, SAMPLER_GO_ON, 0, 0, NULL, 0};
  while (sampler_sequence_position(sequence) < kLength) {
    const int64_t position = sampler_sequence_position(sequence);
    fill(position, position == 0 ? 0 : tokens[position - 1]);
    sampler_token token = {sizeof token, -1, SAMPLER_ROW_OK, 0};
    EXPECT(sampler_sample(sequence, &row, NULL, &token, &error) == SAMPLER_OK);
    if (token.row_status == SAMPLER_ROW_NO_CANDIDATE) {
      EXPECT(sampler_rewinder_no_candidate(rewinder, sequence, &answer,
                                           &error) == SAMPLER_OK);
    } else {
      EXPECT(sampler_logger_append_step(logger, 0, sequence, &row, &error) ==
             SAMPLER_OK);
      tokens[position] = token.id;
      EXPECT(sampler_accept(sequence, token.id, &error) == SAMPLER_OK);
      const char* const piece = kTexts[token.id];
      EXPECT(sampler_rewinder_add(rewinder, sequence, token.id, piece,
                                  strlen(piece), &answer,
                                  &error) == SAMPLER_OK);
    }
    strncat(told, answer.emit, answer.emit_size);
    if (position % 3 == 0) rewinder = read_again(rewinder);
    if (answer.next == SAMPLER_STOP) break;
    if (answer.next != SAMPLER_REWOUND) continue;
    ++rewinds;
    EXPECT(answer.taken >= 1 && answer.phrase < 2);
    EXPECT(sampler_logger_take_back(logger, 0, answer.taken, &error) ==
           SAMPLER_OK);
  }
  EXPECT(rewinds > 5);
  EXPECT(sampler_sequence_attempt(sequence) == rewinds);
  EXPECT(sampler_rewinder_finish(rewinder, sequence, &answer, &error) ==
         SAMPLER_OK);
  strncat(told, answer.emit, answer.emit_size);
  EXPECT(sampler_rewinder_held(rewinder) == 0);
  EXPECT(strlen(told) > kLength / 2);
  EXPECT(strstr(told, "abc") == NULL && strstr(told, "aBc") == NULL);
  EXPECT(strstr(told, " d ") == NULL);
  EXPECT(sampler_logger_finish(logger, &error) == SAMPLER_OK);
  sampler_logger_free(logger);
  sampler_rewinder_free(rewinder);
  sampler_sequence_free(sequence);
  remove(path);
}

/* Bans are those of a place, and of its snapshot. */
static void ban(void) {
  sampler_sequence* sequence = make_sequence(5);
  fill(0, 0);
  for (int32_t token = 0; token < kSize; ++token) {
    sampler_token drawn = {sizeof drawn, -1, SAMPLER_ROW_OK, 0};
    EXPECT(sampler_sample(sequence, &row, NULL, &drawn, &error) == SAMPLER_OK);
    if (drawn.row_status != SAMPLER_ROW_OK) {
      EXPECT(drawn.row_status == SAMPLER_ROW_NO_CANDIDATE);
      break;
    }
    EXPECT(sampler_sequence_ban(sequence, drawn.id, &error) == SAMPLER_OK);
  }
  EXPECT(sampler_sequence_ban(sequence, kSize, &error) == SAMPLER_OUT_OF_RANGE);
  char snapshot[8192];
  size_t size = 0;
  EXPECT(sampler_sequence_snapshot(sequence, snapshot, sizeof snapshot, &size,
                                   &error) == SAMPLER_OK);
  snapshot[size < sizeof snapshot ? size : 0] = '\0';
  EXPECT(strstr(snapshot, "ban") != NULL);
  sampler_sequence_free(sequence);
}

/* A pattern of the caller's: two digits or more. */
static int find_digits(void* context, const char* told, size_t size,
                       size_t begin, size_t end, size_t* found) {
  (void)size;
  ++*(int*)context;
  size_t first = end;
  while (first > begin && told[first - 1] >= '0' && told[first - 1] <= '9') {
    --first;
  }
  *found = first;
  return end - first >= 2 && (end == size || told[end] < '0');
}

static int find_outside(void* context, const char* told, size_t size,
                        size_t begin, size_t end, size_t* found) {
  (void)told, (void)size, (void)begin, (void)end;
  *found = *(const size_t*)context;
  return 1;
}

static sampler_answer add(sampler_rewinder* rewinder,
                          sampler_sequence* sequence, const char* piece,
                          sampler_status expected) {
  sampler_answer answer = {.struct_size = sizeof answer};
  EXPECT(sampler_accept(sequence, 2, &error) == SAMPLER_OK);
  EXPECT(sampler_rewinder_add(rewinder, sequence, 2, piece, strlen(piece),
                              &answer, &error) == expected);
  return answer;
}

static void pattern(void) {
  int looks = 0;
  const sampler_pattern digits = {sizeof digits, &looks, find_digits, NULL};
  const sampler_phrase phrase = {
      .struct_size = sizeof phrase, .pattern = &digits, .window = 4};
  sampler_rewinder *rewinder = NULL, *copy = NULL;
  EXPECT(sampler_rewinder_create(&phrase, 1, &rewinder, &error) == SAMPLER_OK);
  sampler_sequence *sequence = make_sequence(1), *fork = NULL;
  sampler_answer answer = add(rewinder, sequence, "year 1", SAMPLER_OK);
  EXPECT(answer.emit_size == 0 && answer.taken == 0);
  /* A copy goes on alone, beside a fork. */
  EXPECT(sampler_rewinder_copy(rewinder, &copy, &error) == SAMPLER_OK);
  EXPECT(sampler_sequence_fork(sequence, 1, &fork, &error) == SAMPLER_OK);
  EXPECT(add(copy, fork, "st ", SAMPLER_OK).taken == 0);
  EXPECT(sampler_rewinder_finish(copy, fork, &answer, &error) == SAMPLER_OK);
  EXPECT(answer.emit_size == 9 && memcmp(answer.emit, "year 1st ", 9) == 0);
  EXPECT(sampler_rewinder_held(copy) == 0);
  sampler_rewinder_free(copy);

  EXPECT(add(rewinder, sequence, "9", SAMPLER_OK).taken == 0);
  char held[8] = "";
  size_t size = 0;
  EXPECT(sampler_rewinder_held_tokens(rewinder) == 2);
  EXPECT(sampler_rewinder_held_text(rewinder, held, 6, &size, &error) ==
         SAMPLER_OUT_OF_RANGE);
  EXPECT(sampler_rewinder_held_text(rewinder, held, 8, &size, &error) ==
         SAMPLER_OK);
  EXPECT(size == 7 && memcmp(held, "year 19", 7) == 0);
  answer = add(rewinder, sequence, ".", SAMPLER_OK);
  EXPECT(answer.next == SAMPLER_REWOUND && answer.taken == 3);
  EXPECT(looks > 0 && sampler_sequence_position(sequence) == 0);
  sampler_rewinder_free(rewinder);

  /* What is no stretch of the text is an error, and nothing is taken back. */
  const size_t wrong[] = {5, 1000, SIZE_MAX};
  for (int i = 0; i < 3; ++i) {
    size_t found = wrong[i];
    const sampler_pattern liar = {sizeof liar, &found, find_outside, NULL};
    const sampler_phrase lie = {
        .struct_size = sizeof lie, .pattern = &liar, .window = 2};
    EXPECT(sampler_rewinder_create(&lie, 1, &rewinder, &error) == SAMPLER_OK);
    add(rewinder, fork, "abcdef", SAMPLER_INVALID_ARGUMENT);
    EXPECT(strstr(text, "want one that begins in [") != NULL);
    /* Another token than the sequence's. */
    EXPECT(sampler_rewinder_add(rewinder, fork, 3, "x", 1, &answer, &error) ==
           SAMPLER_INVALID_ARGUMENT);
    EXPECT(sampler_rewinder_held(rewinder) == 6);
    sampler_rewinder_free(rewinder);
  }
  sampler_sequence_free(fork);
  sampler_sequence_free(sequence);
}

#define REFUSED(call) EXPECT((call) == SAMPLER_INVALID_ARGUMENT)

static void misuse(void) {
  sampler_rewinder* rewinder = NULL;
  sampler_phrase phrase = {.struct_size = sizeof phrase, .text = ""};
  REFUSED(sampler_rewinder_create(&phrase, 1, &rewinder, &error));
  EXPECT(strcmp(text, "phrase 0: got no text, want at least a byte") == 0);
  phrase.text = NULL;
  REFUSED(sampler_rewinder_create(&phrase, 1, &rewinder, &error));
  const sampler_pattern pattern = {sizeof pattern, NULL, find_digits, NULL};
  const sampler_pattern unset = {sizeof unset, NULL, NULL, NULL};
  const sampler_phrase wrong[] = {
      {.text = "a", .text_size = 1, .limited = 1, .most = -1},
      {.text = "a", .text_size = 1, .most = 2},
      {.text = "a", .text_size = 1, .stop = 1},
      {.text = "a", .text_size = 1, .window = 8},
      {.text = "a", .text_size = 1, .pattern = &pattern},
      {.text_size = 1, .pattern = &pattern},
      {.pattern = &pattern, .ignore_case = 1},
      {.pattern = &pattern, .whole_words = 1},
      {.pattern = &unset}};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    phrase = wrong[i];
    phrase.struct_size = sizeof phrase;
    text[0] = '\0';
    REFUSED(sampler_rewinder_create(&phrase, 1, &rewinder, &error));
    EXPECT(strstr(text, "phrase") != NULL);
  }
  REFUSED(sampler_rewinder_create(NULL, 1, &rewinder, &error));
  EXPECT(rewinder == NULL);
  rewinder = make_rewinder();
  sampler_sequence* sequence = make_sequence(1);
  sampler_answer answer = {sizeof answer, SAMPLER_GO_ON, 0, 0, NULL, 0};
  /* It has accepted nothing. */
  REFUSED(sampler_rewinder_add(rewinder, sequence, 0, "a", 1, &answer, &error));
  REFUSED(sampler_rewinder_add(rewinder, NULL, 0, "a", 1, &answer, &error));
  REFUSED(sampler_rewinder_add(NULL, sequence, 0, "a", 1, &answer, &error));
  REFUSED(
      sampler_rewinder_add(rewinder, sequence, 0, NULL, 1, &answer, &error));
  REFUSED(sampler_rewinder_finish(rewinder, sequence, NULL, &error));
  answer.struct_size = 0;
  REFUSED(sampler_rewinder_finish(rewinder, sequence, &answer, &error));
  EXPECT(sampler_rewinder_held(NULL) == 0);
  EXPECT(sampler_rewinder_held_tokens(NULL) == 0);
  REFUSED(sampler_rewinder_copy(NULL, &rewinder, &error));
  REFUSED(sampler_rewinder_copy(rewinder, NULL, &error));
  REFUSED(sampler_logger_append_step(NULL, 0, sequence, &row, &error));
  REFUSED(sampler_logger_take_back(NULL, 0, 1, &error));
  sampler_rewinder_free(NULL);
  sampler_rewinder_free(rewinder);
  sampler_sequence_free(sequence);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  tell(argv[1]);
  ban();
  pattern();
  misuse();
  return failures == 0 ? 0 : 1;
}
