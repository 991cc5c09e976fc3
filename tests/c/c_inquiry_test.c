/* What pipelines and sequences say of themselves, in C11: sizes, configs,
 * inputs, names, keys, texts, bans, clocks. Exits 0 if all holds; prints what
 * does not. */

#include <stdlib.h>
#include <string.h>

#include "sampler/c/sampler.h"
#include "tests/c/expect.h"

enum { kSize = 6 };

static sampler_pipeline* make_pipeline(const char* stages) {
  char config[512];
  snprintf(config, sizeof config, "{\"version\": 1, \"stages\": [%s]}", stages);
  sampler_pipeline* pipeline = NULL;
  EXPECT(sampler_pipeline_create(config, strlen(config), kSize, &pipeline,
                                 &error) == SAMPLER_OK);
  return pipeline;
}

/* A config that is read again makes the same pipeline. */
static void configs(void) {
  sampler_pipeline* pipeline = make_pipeline(
      "{\"type\": \"mask\"}, {\"type\": \"mirostat\"},"
      "{\"type\": \"categorical\"}");
  char json[1000] = "";
  size_t size = 0;
  EXPECT(sampler_pipeline_config(pipeline, NULL, 0, &size, &error) ==
         SAMPLER_OUT_OF_RANGE);
  EXPECT(size > 0 && size < sizeof json);
  EXPECT(sampler_pipeline_config(pipeline, json, size - 1, &size, &error) ==
         SAMPLER_OUT_OF_RANGE);
  EXPECT(json[0] == '\0');
  EXPECT(sampler_pipeline_config(pipeline, json, size, &size, &error) ==
         SAMPLER_OK);
  sampler_pipeline* again = NULL;
  EXPECT(sampler_pipeline_create(json, size, kSize, &again, &error) ==
         SAMPLER_OK);
  EXPECT(sampler_pipeline_fingerprint(again) != 0 &&
         sampler_pipeline_fingerprint(again) ==
             sampler_pipeline_fingerprint(pipeline));
  EXPECT(sampler_pipeline_vocabulary_size(again) == kSize);
  EXPECT(sampler_pipeline_has_state(again) == 1);
  EXPECT(sampler_pipeline_reads(again, SAMPLER_INPUT_MASK) == 1);
  EXPECT(sampler_pipeline_reads(again, SAMPLER_INPUT_UNCONDITIONAL) == 0);
  EXPECT(sampler_pipeline_reads(again, SAMPLER_INPUT_UNIFORM) == 0);
  EXPECT(sampler_pipeline_reads(again, (sampler_input)3) == 0);
  EXPECT(sampler_pipeline_reads(again, (sampler_input)-1) == 0);
  sampler_pipeline_free(again);
  sampler_pipeline_free(pipeline);
  pipeline = make_pipeline("{\"type\": \"greedy\"}");
  EXPECT(sampler_pipeline_has_state(pipeline) == 0);
  EXPECT(sampler_pipeline_reads(pipeline, SAMPLER_INPUT_MASK) == 0);
  sampler_pipeline_free(pipeline);
  EXPECT(sampler_pipeline_vocabulary_size(NULL) == -1);
  EXPECT(sampler_pipeline_fingerprint(NULL) == 0);
  EXPECT(sampler_pipeline_has_state(NULL) == 0);
  EXPECT(sampler_pipeline_reads(NULL, SAMPLER_INPUT_MASK) == 0);
  EXPECT(sampler_pipeline_config(NULL, json, 1, &size, &error) ==
         SAMPLER_INVALID_ARGUMENT);
}

/* Inputs are judged before the first row, in words. */
static void inputs(void) {
  sampler_pipeline* guided = make_pipeline(
      "{\"type\": \"guidance\", \"scale\": 2}, {\"type\": \"greedy\"}");
  const uint32_t mask[] = {3};
  const float logits[kSize] = {0};
  sampler_inputs given = {.struct_size = sizeof given};
  EXPECT(sampler_pipeline_check_inputs(guided, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(strstr(text, "guidance") != NULL);
  given.unconditional = (sampler_row){logits, kSize, SAMPLER_F32};
  EXPECT(sampler_pipeline_check_inputs(guided, &given, &error) == SAMPLER_OK);
  given.mask = mask;
  given.mask_words = 1;
  EXPECT(sampler_pipeline_check_inputs(guided, &given, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(strstr(text, "mask") != NULL);
  given.struct_size = 0;
  EXPECT(sampler_pipeline_check_inputs(guided, &given, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_pipeline_check_inputs(NULL, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  sampler_pipeline_free(guided);
}

static void names(void) {
  EXPECT(strcmp(sampler_status_name(SAMPLER_OK), "ok") == 0);
  for (int status = 0; status <= SAMPLER_WRONG_STATE; ++status) {
    EXPECT(strcmp(sampler_status_name((sampler_status)status), "unknown") != 0);
  }
  EXPECT(strcmp(sampler_status_name((sampler_status)99), "unknown") == 0);
  EXPECT(strcmp(sampler_row_status_name(SAMPLER_ROW_NO_CANDIDATE),
                "no_candidate") == 0);
  EXPECT(strcmp(sampler_row_status_name(SAMPLER_ROW_UNUSED_INPUT),
                "unused_input") == 0);
  EXPECT(strcmp(sampler_row_status_name((sampler_row_status)-1), "unknown") ==
         0);
}

static void sequences(void) {
  sampler_pipeline* pipeline = make_pipeline("{\"type\": \"categorical\"}");
  const int32_t prompt[] = {4, 5};
  sampler_sequence* sequence = NULL;
  EXPECT(sampler_sequence_create(pipeline, 9, 3, prompt, 2, &sequence,
                                 &error) == SAMPLER_OK);
  uint64_t seed = 0;
  uint32_t stream = 0;
  EXPECT(sampler_sequence_key(sequence, &seed, &stream, &error) == SAMPLER_OK);
  EXPECT(seed == 9 && stream == 3);
  EXPECT(sampler_sequence_key(sequence, NULL, NULL, &error) == SAMPLER_OK);
  EXPECT(sampler_sequence_key(NULL, &seed, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);

  EXPECT(sampler_accept(sequence, 1, &error) == SAMPLER_OK);
  EXPECT(sampler_sequence_ban(sequence, 2, &error) == SAMPLER_OK);
  EXPECT(sampler_sequence_ban(sequence, 0, &error) == SAMPLER_OK);
  EXPECT(sampler_sequence_ban(sequence, kSize, &error) == SAMPLER_OUT_OF_RANGE);
  int32_t tokens[4] = {-1, -1, -1, -1};
  size_t size = 0, prompt_size = 0;
  EXPECT(sampler_sequence_bans(sequence, tokens, 4, &size, &error) ==
         SAMPLER_OK);
  EXPECT(size == 2 && tokens[0] == 2 && tokens[1] == 0);
  EXPECT(sampler_accept(sequence, 3, &error) == SAMPLER_OK);
  EXPECT(sampler_sequence_bans(sequence, tokens, 4, &size, &error) ==
         SAMPLER_OK);
  EXPECT(size == 0);
  EXPECT(sampler_sequence_tokens(sequence, tokens, 3, &size, &prompt_size,
                                 &error) == SAMPLER_OUT_OF_RANGE);
  EXPECT(size == 4 && prompt_size == 2 && tokens[0] == 2);
  EXPECT(sampler_sequence_tokens(sequence, tokens, 4, &size, NULL, &error) ==
         SAMPLER_OK);
  EXPECT(tokens[0] == 4 && tokens[1] == 5 && tokens[2] == 1 && tokens[3] == 3);
  EXPECT(sampler_sequence_tokens(sequence, NULL, 4, &size, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_sequence_tokens(sequence, tokens, 4, NULL, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  sampler_sequence_free(sequence);
  sampler_pipeline_free(pipeline);
}

/* A schedule that follows the caller's clock. */
static void clocks(void) {
  sampler_pipeline* pipeline = make_pipeline(
      "{\"type\": \"temperature\", \"schedule\": {\"from\": 0, \"to\": 2,"
      "\"start\": 10, \"steps\": 1, \"clock\": \"step\"}},"
      "{\"type\": \"categorical\"}");
  sampler_sequence* sequence = NULL;
  EXPECT(sampler_sequence_create(pipeline, 9, 3, NULL, 0, &sequence, &error) ==
         SAMPLER_OK);
  EXPECT(sampler_sequence_clock(sequence) == 0);
  EXPECT(sampler_sequence_clock(NULL) == -1);
  EXPECT(sampler_sequence_set_clock(sequence, -1, &error) ==
         SAMPLER_OUT_OF_RANGE);
  const float logits[kSize] = {0, 0.1f, 0, 0, 0, 0};
  const sampler_row row = {logits, kSize, SAMPLER_F32};
  int others = 0;
  for (int64_t clock = 0; clock < 40; ++clock) {
    EXPECT(sampler_sequence_set_clock(sequence, clock, &error) == SAMPLER_OK);
    EXPECT(sampler_sequence_clock(sequence) == clock);
    sampler_token token = {.struct_size = sizeof token};
    EXPECT(sampler_sample(sequence, &row, NULL, &token, &error) == SAMPLER_OK);
    if (clock <= 10) EXPECT(token.id == 1);
    others += token.id != 1;
    EXPECT(sampler_accept(sequence, token.id, &error) == SAMPLER_OK);
  }
  EXPECT(others > 0);
  sampler_sequence_free(sequence);
  sampler_pipeline_free(pipeline);
}

int main(void) {
  configs();
  inputs();
  names();
  sequences();
  clocks();
  return failures == 0 ? 0 : 1;
}
